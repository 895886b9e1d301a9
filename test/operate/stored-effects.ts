import type { Collections } from '../../src/persist/collections.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { keyOf } from '../support/waiting-event.ts';

/** Decides with which TOKEN_KEYS secrets of destinations are encrypted. */
export const TOKEN_KEYS = `test:${'0'.repeat(64)}`;

const CREATED_AT = new Date('2026-11-20T10:00:00Z');
const ENDED: readonly EffectDocument['state'][] = ['done', 'skipped'];

export const effectId = (number: number) => `ef_${String(number).padStart(40, '0')}`;

/** An effect as a publisher stores it. @param number makes its id, its version, and its time */
export function storedEffect(number: number, given: Partial<EffectDocument> = {}): EffectDocument {
  const state = given.state ?? 'waiting';
  const createdAt = new Date(CREATED_AT.getTime() + number * 1000);
  const order = given.order ?? keyOf('5820001001000');
  return {
    _id: effectId(number),
    destination: 'erp',
    order,
    shop: order.split('/')[0] ?? '',
    version: number,
    index: 0,
    sequence: number,
    event: null,
    topic: 'orders/updated',
    before: null,
    after: null,
    late: false,
    occurredAt: createdAt,
    attempts: 0,
    failures: 0,
    dueAt: state === 'failing' || state === 'waiting' ? createdAt : null,
    lastError: null,
    because: null,
    createdAt,
    sentAt: null,
    receipt: null,
    doneAt: ENDED.includes(state) ? createdAt : null,
    ...(!ENDED.includes(state) && { open: true as const }),
    ...given,
    state,
  } as EffectDocument;
}

export async function storeEffects(
  { effects }: Pick<Collections, 'effects'>,
  documents: readonly EffectDocument[],
): Promise<void> {
  await effects.collection.insertMany(documents as never);
}
