import type { EventDocument } from '../../src/persist/event-schema.ts';
import { compress } from '../../src/system/payload.ts';
import { keyOf, randomEventId, RECEIVED_AT } from '../support/waiting-event.ts';

/** An entry of the journal as a drain writes it. */
export function journalEntry(
  body: string | Buffer,
  { order = keyOf(), ...more }: Partial<EventDocument> = {},
): EventDocument {
  return {
    _id: randomEventId(),
    shop: order.split('/')[0] ?? '',
    order,
    topic: 'orders/create',
    webhookId: null,
    triggeredAt: '2026-11-27T15:00:01.104512Z',
    occurredAt: new Date(RECEIVED_AT - 1000),
    receivedAt: new Date(RECEIVED_AT),
    appliedAt: new Date(RECEIVED_AT + 20),
    outcome: 'applied',
    because: null,
    sequence: 1,
    duplicates: 0,
    payload: compress(typeof body === 'string' ? Buffer.from(body) : body),
    ...more,
  };
}
