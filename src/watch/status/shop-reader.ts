import type { Redis } from 'ioredis';
import type { RedisKeys } from '../../system/redis-keys.ts';
import type { ShopList, ShopRow } from '../shapes/shops.ts';

/** Reads what each shop sends and what of it waits. */
export interface ShopReader {
  /** @param name a part of the shops' names; '' is every shop */
  list: (name: string) => Promise<ShopList>;
}

const SHOWN = 200;
/** The hour that has begun, and the 24 before it. */
const HOURS = 25;
const HOUR_MS = 3_600_000;
/** Shops looked at in each partition: those that sent something last. */
const LOOKED_AT = 10_000;

type Counts = ReadonlyMap<string, number>;

/**
 * An hour that is over does not change: it is read once, and kept. What is left to read is the hour that has
 * begun, what waits, and when each shop was last heard of.
 */
export function shopReader(redis: Redis, partitions: readonly RedisKeys[]): ShopReader {
  const over = new Map<string, Counts>();

  const trafficOf = async (key: string, isOver: boolean): Promise<Counts> => {
    const known = over.get(key);
    if (known) return known;
    const counts = countsOf(await redis.hgetall(key));
    if (isOver) over.set(key, counts);
    return counts;
  };
  const traffic = async (): Promise<Counts> => {
    const [seconds] = await redis.time();
    const hour = Math.floor((Number(seconds) * 1000) / HOUR_MS);
    const keys = partitions.flatMap((each) =>
      Array.from({ length: HOURS }, (_, ago) => ({ key: each.traffic(hour - ago), isOver: ago > 0 })),
    );
    const counts = await Promise.all(keys.map(({ key, isOver }) => trafficOf(key, isOver)));
    const current = new Set(keys.map(({ key }) => key));
    for (const key of over.keys()) if (!current.has(key)) over.delete(key);
    return added(counts);
  };
  return {
    list: async (name) => {
      const [events24h, waiting, lastEvents] = await Promise.all([
        traffic(),
        Promise.all(partitions.map(async (keys) => countsOf(await redis.hgetall(keys.shops)))).then(added),
        Promise.all(partitions.map((keys) => lastEventsOf(redis, keys))),
      ]);
      const lastAt = latest(lastEvents.flat());
      const all = sum(events24h.values());
      const rows = [...new Set([...events24h.keys(), ...waiting.keys(), ...lastAt.keys()])]
        .filter((shop) => shop.includes(name.toLowerCase()))
        .map((shop) => rowOf(shop, waiting, events24h, lastAt, all))
        .toSorted(busiestFirst);
      return { shops: rows.slice(0, SHOWN), total: rows.length };
    },
  };
}

function rowOf(shop: string, waiting: Counts, events24h: Counts, lastAt: Counts, all: number): ShopRow {
  const events = events24h.get(shop) ?? 0;
  const at = lastAt.get(shop);
  return {
    shop,
    waitingEvents: Math.max(0, waiting.get(shop) ?? 0),
    events24h: events,
    share: all === 0 ? 0 : events / all,
    lastEventAt: at === undefined ? null : new Date(at).toISOString(),
  };
}

function busiestFirst(one: ShopRow, other: ShopRow): number {
  return (
    other.events24h - one.events24h ||
    other.waitingEvents - one.waitingEvents ||
    (one.shop < other.shop ? -1 : 1)
  );
}

async function lastEventsOf(redis: Redis, keys: RedisKeys): Promise<[string, number][]> {
  const found = await redis.zrange(keys.lastEvents, '0', String(LOOKED_AT - 1), 'REV', 'WITHSCORES');
  // In pairs or in a row: as the protocol of the connection has it.
  const flat = (found as unknown as string[]).flat();
  return flat.flatMap((shop, i) => (i % 2 === 0 ? [[String(shop), Number(flat[i + 1])] as const] : []));
}

function latest(each: [string, number][]): Counts {
  const found = new Map<string, number>();
  for (const [shop, at] of each) found.set(shop, Math.max(at, found.get(shop) ?? 0));
  return found;
}

function countsOf(fields: Record<string, string>): Counts {
  return new Map(Object.entries(fields).map(([shop, count]) => [shop, Number(count)]));
}

function added(each: Counts[]): Counts {
  const found = new Map<string, number>();
  for (const counts of each)
    for (const [shop, count] of counts) found.set(shop, count + (found.get(shop) ?? 0));
  return found;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
