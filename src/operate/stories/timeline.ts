import type { Redis } from 'ioredis';
import type { Mailbox } from '../../deposit/mailbox.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { SpoolDocument } from '../../persist/spool-schema.ts';
import { parkedOf } from '../../persist/parked-count.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import { sequenceCursor } from '../cursors.ts';
import { actsOn } from './acts.ts';
import { changesOf, MOST_EVENTS } from './changes.ts';
import type { Duplicates } from './duplicates.ts';
import type { Lock } from '../shapes/locks.ts';
import type { Timeline, TimelineEntry } from '../shapes/events.ts';
import type { MissingEvents } from './missing-events.ts';
import { readJournaled } from '../../persist/journaled.ts';
import { effectsOfPage, type Span } from './effects-of-page.ts';
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

interface TimelineAsked {
  states: boolean;
  /** Absent: the newest page, in the order of application. */
  sort?: 'sequence' | '-sequence' | undefined;
  /** How many applied events. */
  limit: number;
  /** Where the page before ended. */
  after: number | null;
  /** A caller who may see only some shops does not see actions that also concern other orders. */
  bounds: ShopBounds;
}

/**
 * An order's whole history: processed events, their effects and operator actions from MongoDB; waiting events,
 * duplicates and the lock from Redis. Null if nothing is known about the order.
 * @throws Error if Redis is down and MongoDB has no events of the order
 */
export type TimelineReader = (key: OrderKey, asked: TimelineAsked) => Promise<Timeline | null>;

const WAITING_SHOWN = 500;
const PARKED_SHOWN = 100;
/** Parked events of one order that are shown with its newest page: far more than operators can decide on. */
const PARKED_READ = 1000;

export function createTimelineReader(tools: TimelineTools): TimelineReader {
  return async (key, asked) => {
    const [ended, waiting] = await Promise.all([readEnded(tools, key, asked), readWaiting(tools, key)]);
    const waits = ended.isNewest ? await stillWaiting(tools, waiting.entries) : [];
    const entries = allOf(ended.entries, waits);
    if (entries.length === 0 && !waiting.fromRedis)
      throw new Error('Redis is down: waiting events are unknown');
    const ids = entries.map(({ event }) => event);
    const [duplicates, acts, lock, changes, [missing], parkedNow, setOff] = await Promise.all([
      tools.duplicates(entries.map((entry) => ({ ...entry, order: key }))),
      actsOn(tools.collections, key, ids, asked.bounds),
      tools.lockOf(key).catch(() => null),
      asked.states ? readChanges(tools, key, ended) : undefined,
      tools.missing([key]),
      parkedOf(tools.collections.parked, key, PARKED_SHOWN),
      effectsOfPage(tools.collections, key, ended.span, tools.now()),
    ]);
    if (entries.length + setOff.effects.length === 0 && asked.after === null) return null;
    const shown = entries.map((entry, i) => ({
      ...entry,
      duplicates: duplicates[i] ?? 0,
      ...(changes === undefined ? {} : { changes: changes?.get(entry.event) ?? null }),
    }));
    const counts = missing ?? { waitingEvents: null, parkedEvents: 0 };
    return {
      entries: asked.sort === '-sequence' ? shown.toReversed() : shown,
      acts,
      ...setOff,
      lock,
      ...counts,
      parkedNow,
      waitingMs: waiting.ms,
      leftOut: ended.leftOut,
      cursor: sequenceCursor(ended.next),
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
  /** In the order of application; then parked events, in the order in which they were parked. */
  entries: TimelineEntry[];
  /** Whether the page has the newest applied event. Only then it also has parked and waiting events. */
  isNewest: boolean;
  leftOut: boolean;
  span: Span;
  /** The sequence of the event after which the next page starts. */
  next: number | null;
}

/** A page of applied events: from the oldest on, or from the newest back. */
async function readEnded(
  { collections: { events } }: TimelineTools,
  key: OrderKey,
  { sort, limit, after }: TimelineAsked,
): Promise<EndedEntries> {
  const fromOldest = sort === 'sequence';
  const read = (sequence: object | null, most: number) =>
    events
      .find({ order: String(key), sequence }, { payload: 0 })
      .sort({ sequence: fromOldest ? 1 : -1 })
      .limit(most)
      .lean<JournalEntry[]>();
  const found = await read({ $gt: 0, ...beyond(after, fromOldest) }, limit + 1);
  const page = found.slice(0, limit);
  const next = found.length > limit ? (page.at(-1)?.sequence ?? null) : null;
  const isNewest = fromOldest ? next === null : after === null;
  const parked = isNewest ? await read(null, PARKED_READ + 1) : [];
  const byTime = parked.toSorted((a, b) => a.appliedAt.getTime() - b.appliedAt.getTime());
  const inOrder = fromOldest ? page : page.toReversed();
  return {
    entries: [...inOrder, ...byTime.slice(-PARKED_READ)].map(timelineEntry),
    isNewest,
    leftOut: next !== null || parked.length > PARKED_READ,
    span: spanOf(after, next, fromOldest),
    next,
  };
}

function spanOf(after: number | null, next: number | null, fromOldest: boolean): Span {
  const begin = after === null ? null : after + (fromOldest ? 1 : -1);
  return fromOldest ? { from: begin, to: next } : { from: next, to: begin };
}

function beyond(after: number | null, fromOldest: boolean): object {
  if (after === null) return {};
  return fromOldest ? { $gt: after } : { $lt: after };
}

/** Between journal and trim, an event of another page may be in the mailbox, too. */
async function stillWaiting(
  { collections: { events } }: TimelineTools,
  waiting: TimelineEntry[],
): Promise<TimelineEntry[]> {
  if (waiting.length === 0) return waiting;
  const ids = waiting.map(({ event }) => event);
  const applied = await events.distinct('_id', { _id: { $in: ids }, sequence: { $gt: 0 } });
  return waiting.filter(({ event }) => !applied.includes(event));
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
  if (ended.entries.filter(({ sequence }) => sequence !== null).length > MOST_EVENTS) return null;
  return changesOf(key, await readJournaled(events, key, MOST_EVENTS + 1));
}
