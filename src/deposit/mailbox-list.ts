import type { OrderKey } from '../order/identity.ts';
import { inPartitionOf, QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { decodeFront, type Front } from './mailbox-entry.ts';
import { LONGEST_DELAY_MS } from './operator-scripts.ts';
import type { ScriptedRedis } from './scripts.ts';

/** An order with waiting events. Times are by Redis's clock. */
export interface WaitingOrder {
  order: OrderKey;
  /** ms since 1970 */
  since: number;
  waitedMs: number;
  events: number;
  /** Whether a drain job is due; if not, the sweeper adds one. */
  due: boolean;
}

/** A position between two orders of the list. It stays valid when orders before or after it are removed. */
export interface ListPlace {
  since: number;
  order: string;
}

/** Mailboxes as operators see them. Changes nothing, and reads no body. */
export interface MailboxList {
  /** Longest waiting first, over all partitions. */
  page: (
    limit: number,
    after: ListPlace | null,
  ) => Promise<{ waiting: WaitingOrder[]; total: number; more: boolean }>;
  /** One order with its oldest events; null if none of its events wait. */
  look: (order: OrderKey) => Promise<(WaitingOrder & { fronts: WaitingFront[] }) | null>;
}

interface WaitingFront extends Front {
  bodyBytes: number;
}

/** The most events and bytes to read for one order: about ten milliseconds of Redis's time. */
const LOOKED_AT = { events: 500, bytes: 16 * 1024 * 1024 };

export function createMailboxList(redis: ScriptedRedis, partitions: readonly RedisKeys[]): MailboxList {
  return {
    page: async (limit, after) => {
      const [counts, pages] = await Promise.all([
        Promise.all(partitions.map((keys) => redis.zcard(keys.pending))),
        Promise.all(partitions.map((keys) => pageOf(redis, keys, limit + 1, after))),
      ]);
      const all = pages.flat().toSorted((a, b) => a.since - b.since || (a.order < b.order ? -1 : 1));
      const total = counts.reduce((sum, count) => sum + count, 0);
      return { waiting: all.slice(0, limit), total, more: all.length > limit };
    },
    look: async (order) => {
      const keys = inPartitionOf(order, partitions);
      const [now, since, events, due, fronts] = await redis.lockstepLook(
        keys.mailbox(order),
        keys.pending,
        keys.rounds,
        order,
        LOOKED_AT.events,
        LOOKED_AT.bytes,
        queueKeysOf(keys),
        LONGEST_DELAY_MS,
      );
      if (since === null && events === 0) return null;
      const waiting = waitingOrder(now, order, since ?? String(now), events, due);
      return { ...waiting, fronts: fronts.flatMap(waitingFront) };
    },
  };
}

/**
 * Orders of one partition after a position. Many orders may have been waiting since the same millisecond;
 * those before the position are skipped.
 */
async function pageOf(
  redis: ScriptedRedis,
  keys: RedisKeys,
  wanted: number,
  after: ListPlace | null,
): Promise<WaitingOrder[]> {
  const found: WaitingOrder[] = [];
  for (let passed = 0; ; passed += wanted) {
    const [now, rows] = await redis.lockstepWaiting(
      keys.pending,
      keys.rounds,
      after?.since ?? '-inf',
      passed,
      wanted,
      keys.mailbox(''),
      queueKeysOf(keys),
      LONGEST_DELAY_MS,
    );
    for (const [order, since, events, due] of rows)
      if (isBehind(Number(since), order, after)) found.push(waitingOrder(now, order, since, events, due));
    if (found.length >= wanted || rows.length < wanted) return found.slice(0, wanted);
  }
}

/** Redis sorts equal scores by bytes. Order keys are ASCII, so this is the same sequence. */
function isBehind(since: number, order: string, after: ListPlace | null): boolean {
  return after === null || since > after.since || (since === after.since && order > after.order);
}

function waitingOrder(now: number, order: OrderKey, since: string, events: number, due: 0 | 1): WaitingOrder {
  return {
    order,
    since: Number(since),
    waitedMs: Math.max(0, now - Number(since)),
    events,
    due: due === 1,
  };
}

function waitingFront([text, bodyBytes]: [string, number]): WaitingFront[] {
  const front = decodeFront(text);
  return front ? [{ ...front, bodyBytes }] : [];
}

function queueKeysOf(keys: RedisKeys): string {
  return `${keys.queuePrefix}:${QUEUE}:`;
}
