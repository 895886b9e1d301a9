import type { Redis } from 'ioredis';
import type { Mailbox } from '../../deposit/mailbox.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { SpoolDocument } from '../../persist/spool-schema.ts';
import { parkedOf } from '../../persist/parked-count.ts';
import { actsOn } from './acts.ts';
import { changesOf, MOST_EVENTS } from './changes.ts';
import type { Duplicates } from './duplicates.ts';
import type { Lock } from '../shapes/locks.ts';
import type { Timeline, TimelineEntry } from '../shapes/events.ts';
import type { MissingEvents } from './missing-events.ts';
import { readJournaled } from './journaled.ts';
import { spooledEntry, timelineEntry, waitingEntry, type JournalEntry } from './views.ts';

export interface TimelineTools {
  collections: Collections;
  redis: Redis;
  mailbox: Mailbox;
  missing: MissingEvents;
  duplicates: Duplicates;
  lockOf: (order: OrderKey) => Promise<Lock | null>;
  now: () => number;
}

/**
 * An order's whole history: processed events and operator actions from MongoDB; waiting events, duplicates and
 * the lock from Redis. Null if nothing is known about the order.
 * @throws Error if Redis is down and MongoDB has no events of the order
 */
export type TimelineReader = (key: OrderKey, asked: { states: boolean }) => Promise<Timeline | null>;

/** Events shown for one order. An order usually has a few dozen; a thousand means a loop somewhere. */
const ENDED_SHOWN = 1000;
const WAITING_SHOWN = 500;
const PARKED_SHOWN = 100;

export function createTimelineReader(tools: TimelineTools): TimelineReader {
  return async (key, { states }) => {
    const [ended, waiting] = await Promise.all([readEnded(tools, key), readWaiting(tools, key)]);
    const entries = allOf(ended.entries, waiting.entries);
    if (entries.length === 0 && !waiting.fromRedis)
      throw new Error('Redis is down: waiting events are unknown');
    if (entries.length === 0) return null;
    const ids = entries.map(({ event }) => event);
    const [duplicates, acts, lock, changes, [missing], parkedNow] = await Promise.all([
      tools.duplicates(entries.map((entry) => ({ ...entry, order: key }))),
      actsOn(tools.collections, key, ids),
      tools.lockOf(key).catch(() => null),
      states ? readChanges(tools, key, ended) : undefined,
      tools.missing([key]),
      parkedOf(tools.collections.parked, key, PARKED_SHOWN),
    ]);
    const shown = entries.map((entry, i) => ({
      ...entry,
      duplicates: duplicates[i] ?? 0,
      ...(changes === undefined ? {} : { changes: changes?.get(entry.event) ?? null }),
    }));
    const counts = missing ?? { waitingEvents: null, parkedEvents: 0 };
    return {
      entries: shown,
      acts,
      lock,
      ...counts,
      parkedNow,
      waitingMs: waiting.ms,
      leftOut: ended.leftOut,
    };
  };
}

/** Between journal and trim an event is in both: the journal's entry has more. A replayed one waits again. */
function allOf(ended: TimelineEntry[], waiting: TimelineEntry[]): TimelineEntry[] {
  const known = new Set(ended.map(({ event }) => event));
  const waits = new Set(waiting.map(({ event }) => event));
  return [
    ...ended.map((entry) =>
      entry.outcome === 'parked' && waits.has(entry.event) ? waitsAgain(entry) : entry,
    ),
    ...waiting.filter(({ event }) => !known.has(event)),
  ];
}

function waitsAgain(entry: TimelineEntry): TimelineEntry {
  const { outcome, because, appliedAt } = entry;
  const before = { outcome, because, at: appliedAt ?? entry.receivedAt };
  const earlier = [...entry.earlier, before];
  return {
    ...entry,
    outcome: 'waiting',
    because: null,
    notes: [],
    appliedAt: null,
    lockedAt: null,
    worker: null,
    earlier,
  };
}

interface EndedEntries {
  entries: TimelineEntry[];
  leftOut: boolean;
}

/** In the order of application; then parked events, in the order in which they were parked. */
async function readEnded({ collections: { events } }: TimelineTools, key: OrderKey): Promise<EndedEntries> {
  const read = (sequence: object | null) =>
    events
      .find({ order: String(key), sequence }, { payload: 0 })
      .sort({ sequence: -1 })
      .limit(ENDED_SHOWN + 1)
      .lean<JournalEntry[]>();
  const [applied, parked] = await Promise.all([read({ $gt: 0 }), read(null)]);
  const byTime = parked.toSorted((a, b) => a.appliedAt.getTime() - b.appliedAt.getTime());
  return {
    entries: [
      ...applied.slice(0, ENDED_SHOWN).toReversed().map(timelineEntry),
      ...byTime.slice(-ENDED_SHOWN).map(timelineEntry),
    ],
    leftOut: applied.length > ENDED_SHOWN || parked.length > ENDED_SHOWN,
  };
}

interface WaitingEntries {
  entries: TimelineEntry[];
  /** False if Redis is down: more events may be waiting. */
  fromRedis: boolean;
  /** How long the oldest has waited; null if none is waiting. */
  ms: number | null;
}

async function readWaiting(
  { collections: { spool }, redis, mailbox, now }: TimelineTools,
  key: OrderKey,
): Promise<WaitingEntries> {
  const [inRedis, spooled] = await Promise.all([
    redis.status === 'ready' ? mailbox.peek(key, WAITING_SHOWN) : null,
    spool
      .find({ order: String(key) }, { payload: 0 })
      .limit(WAITING_SHOWN)
      .lean<Omit<SpoolDocument, 'payload'>[]>(),
  ]);
  const waits = [
    ...(inRedis && inRedis.events.length > 0 ? [inRedis.waitedMs] : []),
    ...spooled.map(({ receivedAt }) => now() - receivedAt.getTime()),
  ];
  return {
    entries: [...(inRedis?.events ?? []).map(waitingEntry), ...spooled.map(spooledEntry)],
    fromRedis: inRedis !== null,
    ms: waits.length === 0 ? null : Math.max(0, ...waits),
  };
}

async function readChanges({ collections: { events } }: TimelineTools, key: OrderKey, ended: EndedEntries) {
  const applied = ended.entries.filter(({ sequence }) => sequence !== null);
  if (ended.leftOut || applied.length > MOST_EVENTS) return null;
  return changesOf(key, await readJournaled(events, key, MOST_EVENTS + 1));
}
