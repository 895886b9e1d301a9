import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type EventId, type OrderKey } from '../order/identity.ts';
import { createBatcher } from '../system/batcher.ts';
import { Fault } from '../system/errors.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { decodeEntry } from './mailbox-entry.ts';
import type { ScriptedRedis } from './scripts.ts';

/** The waiting events of an order. Only the holder of the order's lock reads and trims. Drains share round trips. */
export interface Mailbox {
  /**
   * The oldest events that this version can read.
   * @throws Fault too_new if a newer version wrote the oldest; the job is retried, for a newer worker
   */
  read: (order: OrderKey, limit: number) => Promise<OldestEvents>;
  /** Like `read`, but for display. If a newer version wrote an event, its body is not decoded. */
  peek: (order: OrderKey, limit: number) => Promise<OldestEvents>;
  /** Removes settled events, and returns how many events still wait. */
  trim: (order: OrderKey, settled: EventId[]) => Promise<number>;
  /** Counts one more drain that failed on an event, and returns the total. */
  countFailure: (order: OrderKey, event: EventId) => Promise<number>;
  /** Counts one more drain that began with an event and lost the order's lock, for {@link OldestEvents.setbacks}. */
  countSetback: (order: OrderKey, event: EventId) => Promise<void>;
  forgetSetbacks: (order: OrderKey) => Promise<void>;
}

/** The oldest events of a mailbox. */
interface OldestEvents {
  events: WaitingEvent[];
  /** How long the order has waited, by Redis's clock: other clocks may differ. */
  waitedMs: number;
  /** Drains that began with the oldest of these events and lost the order's lock. */
  setbacks: number;
}

/** Uncompressed bytes of bodies. The pages of 200 concurrent drains must fit into a worker: 800 MB. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Orders that are read or trimmed in one call: a millisecond of Redis's time, unless their events are large. */
const TOGETHER = { largest: 16, atATime: 4, mayWait: 10_000 };
/** Failures are forgotten after a day: long before that, the event is parked. */
const FAILURES_TTL_SECONDS = 86_400;

export function createMailbox(redis: ScriptedRedis, partitions: readonly RedisKeys[]): Mailbox {
  const keysOf = (order: OrderKey): RedisKeys => inPartitionOf(order, partitions);
  const readers = partitions.map((keys) =>
    createBatcher<Wanted, Page>((all) => readAll(redis, keys, all), TOGETHER),
  );
  const trimmers = partitions.map((keys) =>
    createBatcher<Done, number>((all) => trimAll(redis, keys, all), TOGETHER),
  );
  const peek = async (order: OrderKey, limit: number) => {
    const [waitedMs, entries, setbacks] = await inPartitionOf(order, readers)({ order, limit });
    return { events: entries.map((entry) => decodeEntry(order, entry)), waitedMs, setbacks };
  };
  return {
    peek,
    read: async (order, limit) => {
      const page = await peek(order, limit);
      const newer = page.events.findIndex((event) => event.newer);
      if (newer === 0) throw new Fault('too_new', `the oldest event of ${order} waits for a newer worker`);
      return newer === -1 ? page : { ...page, events: page.events.slice(0, newer) };
    },
    trim: (order, settled) => inPartitionOf(order, trimmers)({ order, settled }),
    countFailure: async (order, event) => {
      const key = keysOf(order).failures(event);
      const answers = await redis.multi().incr(key).expire(key, FAILURES_TTL_SECONDS).exec();
      return Number(answers?.[0]?.[1] ?? 1);
    },
    countSetback: async (order, event) => {
      const key = keysOf(order).setbacks(order);
      await redis.multi().hincrby(key, event, 1).expire(key, FAILURES_TTL_SECONDS).exec();
    },
    forgetSetbacks: async (order) => {
      await redis.del(keysOf(order).setbacks(order));
    },
  };
}

interface Wanted {
  order: OrderKey;
  limit: number;
}

/** How long the order has waited (ms), its oldest entries, and its setbacks. */
type Page = [number, Buffer[], number];

async function readAll(redis: ScriptedRedis, keys: RedisKeys, all: Wanted[]): Promise<(Page | Error)[]> {
  const places = [keys.pending, ...all.flatMap(({ order }) => [keys.mailbox(order), keys.setbacks(order)])];
  const wanted = all.flatMap(({ order, limit }) => [order, limit]);
  const pages = await redis.lockstepReadBuffer(places.length, ...places, PAGE_BYTES, ...wanted);
  return pages.map((page) => (page.length === 1 ? new Error(page[0].toString()) : page));
}

interface Done {
  order: OrderKey;
  settled: readonly EventId[];
}

async function trimAll(redis: ScriptedRedis, keys: RedisKeys, all: Done[]): Promise<(number | Error)[]> {
  const { pending, shops, round, shares, rounds } = keys;
  const places = [pending, shops, round, shares, rounds, ...all.map(({ order }) => keys.mailbox(order))];
  const done = all.flatMap(({ order, settled }) => [order, partsOf(order).shop, settled.length, ...settled]);
  const left = await redis.lockstepTrim(places.length, ...places, ...done);
  return left.map((answer) => (typeof answer === 'number' ? answer : new Error(answer)));
}
