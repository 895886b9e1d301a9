import type { WaitingEvent } from '../../order/event.ts';
import type { EventId, OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { bytesOf, decompress } from '../../system/payload.ts';
import type { Told } from './check-order.ts';

/** A journal entry as the rules take it. */
export function toldBy(entry: EventDocument): Told {
  const event: WaitingEvent = {
    id: entry._id as EventId,
    order: entry.order as OrderKey,
    topic: entry.topic,
    webhookId: entry.webhookId,
    triggeredAt: entry.triggeredAt,
    receivedAt: entry.receivedAt.getTime(),
    unreadable: null,
    body: decompress(bytesOf(entry.payload)),
  };
  return { event, outcome: entry.outcome, sequence: entry.sequence };
}

/** An order's applied events with their bodies, in sequence. */
export async function readTold(
  events: Collections['events'],
  order: OrderKey,
  limit: number,
): Promise<Told[]> {
  const entries = await events
    .find({ order: String(order), sequence: { $gt: 0 } })
    .sort({ sequence: 1 })
    .limit(limit)
    .lean<EventDocument[]>();
  return entries.map(toldBy);
}
