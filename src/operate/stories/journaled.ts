import type { WaitingEvent } from '../../order/event.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { Outcome } from '../../order/outcomes.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { waitingOf } from '../../persist/envelope.ts';
import { bytesOf, decompress } from '../../system/payload.ts';

/** An applied event from the journal, with its payload. */
export interface JournaledEvent {
  event: WaitingEvent;
  outcome: Outcome;
  /** Place in its order's history. */
  sequence: number;
  /** Milliseconds since 1970. */
  appliedAt: number;
}

/** An entry with a place in the order's history: a parked event has none. */
export type PlacedEntry = EventDocument & { sequence: number };

export function isPlaced(entry: EventDocument): entry is PlacedEntry {
  return typeof entry.sequence === 'number';
}

/** A journal entry as the rules take it. @throws Error in words, if it is damaged */
export function journaledEventOf(entry: PlacedEntry): JournaledEvent {
  const event: WaitingEvent = {
    ...waitingOf({ ...entry, receivedAt: timeIn(entry, 'receivedAt') }),
    unreadable: null,
    body: bodyOf(entry),
    ...(entry.redactedAt && { isRedacted: true as const }),
  };
  const { outcome, sequence } = entry;
  return { event, outcome, sequence, appliedAt: timeIn(entry, 'appliedAt').getTime() };
}

function timeIn(entry: EventDocument, field: 'receivedAt' | 'appliedAt'): Date {
  const time: unknown = entry[field];
  if (time instanceof Date) return time;
  throw new Error(`event ${entry._id.slice(0, 12)}.${field}: expected a time`);
}

function bodyOf({ _id, payload }: EventDocument): Buffer {
  try {
    return decompress(bytesOf(payload));
  } catch {
    throw new Error(`event ${_id.slice(0, 12)}.payload: expected a compressed body`);
  }
}

/** An order's applied events with their bodies, in sequence. */
export async function readJournaled(
  events: Collections['events'],
  order: OrderKey,
  limit: number,
): Promise<JournaledEvent[]> {
  const entries = await events
    .find({ order: String(order), sequence: { $gt: 0 } })
    .sort({ sequence: 1 })
    .limit(limit)
    .lean<EventDocument[]>();
  return entries.filter(isPlaced).map(journaledEventOf);
}
