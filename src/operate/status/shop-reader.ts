import type { Redis } from 'ioredis';
import { redisKeys, type RedisKeys } from '../../system/redis-keys.ts';
import { redisNow } from '../../system/redis-now.ts';
import type { ShopRow } from '../shapes/shops.ts';

/** A shop's traffic and waiting events. */
type Traffic = Pick<ShopRow, 'waitingEvents' | 'events24h' | 'share' | 'lastEventAt' | 'lastWebhookAt'>;

type ShopTraffic = Traffic & { shop: string };

/** For a shop that sent nothing in the last 30 days. */
export const NO_TRAFFIC: Traffic = {
  waitingEvents: 0,
  events24h: 0,
  share: 0,
  lastEventAt: null,
  lastWebhookAt: null,
};

/** Reads shops' traffic and waiting events from Redis. */
export interface ShopReader {
  /** Busiest first. @param name a part of the shops' names; '' is every shop */
  list: (name: string) => Promise<ShopTraffic[]>;
  /** Null: Redis knows nothing about it. */
  one: (shop: string) => Promise<Traffic | null>;
}

/** The current hour, and the 24 before it. */
const HOURS = 25;
const HOUR_MS = 3_600_000;
/** How many shops are read in each partition: those with the latest events. */
const LOOKED_AT = 10_000;

type Counts = ReadonlyMap<string, number>;

/**
 * A past hour does not change: it is read once, and kept. Later calls read only the current hour, the waiting
 * events, and the time of each shop's last event.
 */
export function createShopReader(redis: Redis, partitions: readonly RedisKeys[]): ShopReader {
  const over = new Map<string, Counts>();

  const hourOf = async (key: string, isOver: boolean): Promise<Counts> => {
    const known = over.get(key);
    if (known) return known;
    const counts = countsOf(await redis.hgetall(key));
    if (isOver) over.set(key, counts);
    return counts;
  };
  const traffic = async (): Promise<Counts> => {
    const hour = Math.floor((await redisNow(redis)) / HOUR_MS);
    const keys = partitions.flatMap((each) =>
      Array.from({ length: HOURS }, (_, ago) => ({ key: each.traffic(hour - ago), isOver: ago > 0 })),
    );
    const counts = await Promise.all(keys.map(({ key, isOver }) => hourOf(key, isOver)));
    const current = new Set(keys.map(({ key }) => key));
    for (const key of over.keys()) if (!current.has(key)) over.delete(key);
    return added(counts);
  };
  const read = async (): Promise<ShopFigures> => {
    const [events24h, waiting, lastEvents, webhooks] = await Promise.all([
      traffic(),
      Promise.all(partitions.map(async (keys) => countsOf(await redis.hgetall(keys.shops)))).then(added),
      Promise.all(partitions.map((keys) => latestOf(redis, keys.lastEvents))),
      latestOf(redis, redisKeys(0).lastWebhooks),
    ]);
    return {
      events24h,
      waiting,
      lastAt: latest(lastEvents.flat()),
      webhookAt: new Map(webhooks),
      all: sum(events24h.values()),
    };
  };
  return {
    list: async (name) => {
      const figures = await read();
      return shopsOf(figures)
        .filter((shop) => shop.includes(name.toLowerCase()))
        .map((shop) => ({ shop, ...trafficOf(shop, figures) }))
        .toSorted(busiestFirst);
    },
    one: async (shop) => {
      const figures = await read();
      return shopsOf(figures).includes(shop) ? trafficOf(shop, figures) : null;
    },
  };
}

interface ShopFigures {
  events24h: Counts;
  waiting: Counts;
  lastAt: Counts;
  webhookAt: Counts;
  /** Events of all shops in 24 h. */
  all: number;
}

function shopsOf({ events24h, waiting, lastAt }: ShopFigures): string[] {
  return [...new Set([...events24h.keys(), ...waiting.keys(), ...lastAt.keys()])];
}

function trafficOf(shop: string, { events24h, waiting, lastAt, webhookAt, all }: ShopFigures): Traffic {
  const events = events24h.get(shop) ?? 0;
  return {
    waitingEvents: Math.max(0, waiting.get(shop) ?? 0),
    events24h: events,
    share: all === 0 ? 0 : events / all,
    lastEventAt: instantOf(lastAt.get(shop)),
    lastWebhookAt: instantOf(webhookAt.get(shop)),
  };
}

function instantOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function busiestFirst(one: ShopTraffic, other: ShopTraffic): number {
  return (
    other.events24h - one.events24h ||
    other.waitingEvents - one.waitingEvents ||
    (one.shop < other.shop ? -1 : 1)
  );
}

async function latestOf(redis: Redis, key: string): Promise<[string, number][]> {
  const found = await redis.zrange(key, '0', String(LOOKED_AT - 1), 'REV', 'WITHSCORES');
  // Pairs or a flat list, depending on the protocol of the connection.
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
