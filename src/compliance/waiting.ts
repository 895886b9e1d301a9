import type { Redis } from 'ioredis';
import type { OrderKey } from '../order/identity.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';

/** How many events wait in Redis that a request reaches. */
export interface Waiting {
  ofOrders: (orders: readonly string[]) => Promise<number>;
  ofShop: (shop: string) => Promise<number>;
}

export function waitingIn(redis: Redis, partitions: readonly RedisKeys[]): Waiting {
  const sum = (counts: readonly unknown[]) =>
    counts.reduce<number>((all, count) => all + Math.max(0, Number(count ?? 0)), 0);
  return {
    ofOrders: async (orders) =>
      sum(
        await Promise.all(
          orders.map((order) => {
            const keys = partitions[partitionOf(order as OrderKey, partitions.length)];
            if (!keys) throw new Error('no partitions');
            return redis.llen(keys.mailbox(order as OrderKey));
          }),
        ),
      ),
    ofShop: async (shop) => sum(await Promise.all(partitions.map((keys) => redis.hget(keys.shops, shop)))),
  };
}
