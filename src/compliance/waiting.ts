import type { Redis } from 'ioredis';
import { trustedOrderKey } from '../order/identity.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';

/**
 * Whether an event that a request covers has been waiting in Redis since before the request. Later events are
 * redacted on arrival, and a steady stream of them must not delay a redaction. An order's score in `pending`
 * is the time when its oldest event started to wait; counters are not used, because they may be wrong.
 * Times are Redis's: if ingest's clock differs, a redaction starts that much sooner or later.
 */
export interface Waiting {
  ofOrders: (orders: readonly string[], since: Date) => Promise<boolean>;
  ofShop: (shop: string, since: Date) => Promise<boolean>;
}

/** Waiting orders of all shops are read in pages. There are few pages unless drains have stopped. */
const PAGE = 5000;
/** 100,000 orders: with a longer backlog, redactions wait. */
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
        orders.map(trustedOrderKey).map((order) => {
          const keys = inPartitionOf(order, partitions);
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
