import type { WaitingEvent } from '../order/event.ts';
import { trustedEventId, type EventId, type OrderKey } from '../order/identity.ts';
import type { Outcome } from '../order/outcomes.ts';
import type { Collections } from './collections.ts';
import type { EventDocument } from './event-schema.ts';
import { waitingOf } from './envelope.ts';
import { createBatcher } from '../system/batcher.ts';
import { bytesOf, decompress } from '../system/payload.ts';

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

/** Entries per batch from MongoDB: at worst 5 MB each, and 16 MB together. */
const BATCH = 50;

/** The same one by one, for an order of any length. */
export async function* streamJournaled(
  events: Collections['events'],
  order: OrderKey,
): AsyncGenerator<JournaledEvent> {
  const cursor = events
    .find({ order: String(order), sequence: { $gt: 0 } })
    .sort({ sequence: 1 })
    .lean<EventDocument[]>()
    .cursor({ batchSize: BATCH });
  for await (const entry of cursor) if (isPlaced(entry)) yield journaledEventOf(entry);
}

/** Most events that one query asks for. */
const ASKED_AT_ONCE = 1000;

/** Which events are in the journal. */
export function journaledAmong(
  events: Collections['events'],
): (ids: readonly EventId[]) => Promise<Set<EventId>> {
  return async (ids) => {
    const found = await events.find({ _id: { $in: ids } }, { _id: 1 }).lean<Pick<EventDocument, '_id'>[]>();
    return new Set(found.map(({ _id }) => trustedEventId(_id)));
  };
}

/** The webhook ids of events, by event. Many callers share a query. */
export function webhookIdsOf(
  events: Collections['events'],
): (ids: readonly string[]) => Promise<ReadonlyMap<string, string | null>> {
  const ask = createBatcher<string, string | null>(
    async (ids) => {
      const found = await events
        .find({ _id: { $in: ids } }, { webhookId: 1 })
        .lean<Pick<EventDocument, '_id' | 'webhookId'>[]>();
      const byId = new Map(found.map(({ _id, webhookId }) => [_id, webhookId]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { largest: ASKED_AT_ONCE },
  );
  return async (ids) => new Map(await Promise.all(ids.map(async (id) => [id, await ask(id)] as const)));
}
