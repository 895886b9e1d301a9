import type { Redis } from 'ioredis';
import type { OrderKey } from '../order/identity.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';

/**
 * Whether something waits in Redis that a request reaches and that was there before it was asked for: what comes later is
 * redacted on arrival, and a steady stream of it must not put off a redaction. An order's place in `pending` says since
 * when its oldest event has waited; no counter is asked, which may be wrong. By Redis's clock: where ingest's differs,
 * a redaction begins so much sooner or later.
 */
export interface Waiting {
  ofOrders: (orders: readonly string[], since: Date) => Promise<boolean>;
  ofShop: (shop: string, since: Date) => Promise<boolean>;
}

/** Orders of all shops that have waited for so long: looked at in pages, of which there are few unless drains stand still. */
const PAGE = 5000;
/** 100,000 orders; behind so many a redaction can wait. */
const MOST_PAGES = 20;

export function waitingIn(redis: Redis, partitions: readonly RedisKeys[]): Waiting {
  const isIn = async ({ pending }: RedisKeys, shop: string, since: number): Promise<boolean> => {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const orders = await redis.zrangebyscore(pending, '-inf', since, 'LIMIT', page * PAGE, PAGE);
      if (orders.some((order) => order.startsWith(`${shop}/`))) return true;
      if (orders.length < PAGE) return false;
    }
    return true;
  };
  return {
    ofOrders: async (orders, since) => {
      const scores = await Promise.all(
        orders.map((order) => {
          const keys = partitions[partitionOf(order as OrderKey, partitions.length)];
          if (!keys) throw new Error('no partitions');
          return redis.zscore(keys.pending, order);
        }),
      );
      return scores.some((score) => score !== null && Number(score) <= since.getTime());
    },
    ofShop: async (shop, since) => {
      const found = await Promise.all(partitions.map((keys) => isIn(keys, shop, since.getTime())));
      return found.includes(true);
    },
  };
}
