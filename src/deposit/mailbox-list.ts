import type { OrderKey } from '../order/identity.ts';
import { partitionOf, QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { decodeFront, type Front } from './mailbox-entry.ts';
import { LONGEST_DELAY_MS } from './operator-scripts.ts';
import type { ScriptedRedis } from './scripts.ts';

/** An order that waits. Times are by Redis's clock. */
export interface WaitingOrder {
  order: OrderKey;
  /** ms since 1970 */
  since: number;
  waitedMs: number;
  events: number;
  /** Whether a drain job is due; where none is, the sweeper makes one. */
  due: boolean;
}

/** A place between two orders of the list. It stays where it is when orders before or after it go. */
export interface ListPlace {
  since: number;
  order: string;
}

/** The mailboxes as operators see them. Nothing here is changed, and no body is read. */
export interface MailboxList {
  /** Longest waiting first, over all partitions. */
  page: (
    limit: number,
    after: ListPlace | null,
  ) => Promise<{ waiting: WaitingOrder[]; total: number; more: boolean }>;
  /** One order with its oldest events; null where nothing of it waits. */
  look: (order: OrderKey) => Promise<(WaitingOrder & { fronts: WaitingFront[] }) | null>;
}

interface WaitingFront extends Front {
  bodyBytes: number;
}

/** Events looked at of one order, and bytes gone through for them: some ten milliseconds of Redis's time. */
const LOOKED_AT = { events: 500, bytes: 16 * 1024 * 1024 };

export function mailboxList(redis: ScriptedRedis, partitions: readonly RedisKeys[]): MailboxList {
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
      const keys = partitions[partitionOf(order, partitions.length)];
      if (!keys) throw new Error('no partitions');
      const [now, since, events, due, fronts] = await redis.lockstepLook(
        keys.mailbox(order),
        keys.pending,
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

/** Some orders of one partition behind a place. Many may wait since the same millisecond: those before it are passed over. */
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
      after?.since ?? '-inf',
      passed,
      wanted,
      keys.mailbox('' as OrderKey),
      queueKeysOf(keys),
      LONGEST_DELAY_MS,
    );
    for (const [order, since, events, due] of rows)
      if (isBehind(Number(since), order, after))
        found.push(waitingOrder(now, order as OrderKey, since, events, due));
    if (found.length >= wanted || rows.length < wanted) return found.slice(0, wanted);
  }
}

/** Redis sorts equal scores by bytes; orders are ASCII, so this is the same. */
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
