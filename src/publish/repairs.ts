import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { NewestState } from '../persist/repair-store.ts';
import { effectId, notSentYet, shopOf } from './effects-of-blocks.ts';

/** The type of messages that send an order again because the other side lost it. */
const REPAIRED = 'lockstep/repaired';

/**
 * The effect that sends an order's newest state again, behind the effects that its lane has. Its id is calculated from
 * destination, order and version: the same repair, asked for twice, is one effect.
 */
export function repairOf(
  { _id: destination, uid }: Pick<DestinationDocument, '_id' | 'uid'>,
  { _id: order, version, committed, status, financialStatus, fulfillmentStatus }: NewestState,
  now: Date,
): EffectDocument {
  const statuses = { status, financialStatus, fulfillmentStatus };
  return {
    _id: effectId(uid, order, `${REPAIRED}@${version}`),
    destination,
    order,
    shop: shopOf(order),
    webhookId: null,
    version,
    // As the last event of that commit: the message has exactly this version, if the order has not moved on.
    index: Math.max(0, (committed?.events.length ?? 1) - 1),
    sequence: null,
    event: null,
    topic: REPAIRED,
    before: statuses,
    after: statuses,
    late: false,
    occurredAt: now,
    ...notSentYet(now),
  };
}
