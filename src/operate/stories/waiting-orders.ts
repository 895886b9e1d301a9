import type { Redis } from 'ioredis';
import type { RedisKeys } from '../../system/redis-keys.ts';
import { within } from '../../system/within.ts';

/** Orders searched, longest waiting first, over all partitions: 0.4 MB of keys. */
const LOOKED_AT = 10_000;
const REDIS_MS = 1000;

/** Keys of the waiting orders with this id, in any shop; null while Redis is down. */
export async function waitingWith(
  redis: Redis,
  partitions: readonly RedisKeys[],
  orderId: string,
): Promise<string[] | null> {
  if (redis.status !== 'ready') return null;
  const last = String(Math.ceil(LOOKED_AT / partitions.length) - 1);
  const read = Promise.all(partitions.map((keys) => redis.zrange(keys.pending, '0', last)));
  const orders = await within(read, REDIS_MS).catch(() => null);
  return orders && orders.flat().filter((order) => order.endsWith(`/${orderId}`));
}
