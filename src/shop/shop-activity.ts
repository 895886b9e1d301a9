import type { Redis } from 'ioredis';
import { redisKeys, type RedisKeys } from '../system/redis-keys.ts';
import { redisNow } from '../system/redis-now.ts';

const HOURS = 25;
const HOUR_MS = 3_600_000;
/** How many waiting orders of all shops are searched in each partition, oldest first. */
const LOOKED_AT = 1000;

/** The current activity of a shop, for its merchant. Times are in ms, by Redis's clock. */
export interface ShopActivity {
  eventsToday: number;
  /** Events from reconciliation do not count. */
  lastWebhookAt: number | null;
  waiting: number;
  /** Null: none of its orders is among the thousand of each partition that have waited longest. */
  oldestWaitMs: number | null;
}

/** One round trip per partition, whatever the number of shops. */
export async function createShopActivity(
  redis: Redis,
  partitions: readonly RedisKeys[],
  shop: string,
): Promise<ShopActivity> {
  const now = await redisNow(redis);
  const [webhook, ...each] = await Promise.all([
    redis.zscore(redisKeys(0).lastWebhooks, shop),
    ...partitions.map((keys) => inPartition(redis, keys, shop, now)),
  ]);
  const oldest = each.flatMap(({ waitingSince }) => waitingSince ?? []);
  return {
    eventsToday: each.reduce((sum, one) => sum + one.events, 0),
    lastWebhookAt: webhook === null ? null : Number(webhook),
    waiting: each.reduce((sum, one) => sum + one.waiting, 0),
    oldestWaitMs: oldest.length === 0 ? null : Math.max(0, now - Math.min(...oldest)),
  };
}

async function inPartition(redis: Redis, keys: RedisKeys, shop: string, now: number) {
  const hour = Math.floor(now / HOUR_MS);
  const [waiting, pending, ...traffic] = await Promise.all([
    redis.hget(keys.shops, shop),
    redis.zrange(keys.pending, '0', String(LOOKED_AT - 1), 'WITHSCORES'),
    ...Array.from({ length: HOURS }, (_, ago) => redis.hget(keys.traffic(hour - ago), shop)),
  ]);
  // Pairs or a flat list, depending on the protocol of the connection.
  const orders = (pending as unknown as string[]).flat();
  const first = orders.findIndex((entry, i) => i % 2 === 0 && String(entry).startsWith(`${shop}/`));
  return {
    events: traffic.reduce((sum, count) => sum + Number(count ?? 0), 0),
    waiting: Math.max(0, Number(waiting ?? 0)),
    waitingSince: first === -1 ? null : Number(orders[first + 1]),
  };
}
