import type { Redis } from 'ioredis';
import type { ShopDomain } from '../order/identity.ts';
import type { Component } from '../system/lifecycle.ts';
import { redisNow } from '../system/redis-now.ts';
import { repeating } from '../system/repeating.ts';

/**
 * When each shop's last authentic webhook arrived, including duplicates. Events from reconciliation do not
 * count: they do not show that the shop's webhooks arrive. Written once a second for all shops together; a
 * process that dies loses its last second.
 */
export interface LastWebhooks extends Component {
  heard: (shop: ShopDomain) => void;
}

const EVERY_MS = 1000;
const KEPT_MS = 30 * 86_400_000;
/** The most shops that wait to be written: signed webhooks may name any number of shops. */
const MOST = 10_000;

/** @param key zset: shop -> ms by Redis's clock */
export function createLastWebhooks(redis: Redis, key: string): LastWebhooks {
  let shops = new Set<ShopDomain>();
  const heard = (shop: ShopDomain) => {
    if (shops.size < MOST) shops.add(shop);
  };
  const write = async (): Promise<void> => {
    if (shops.size === 0 || redis.status !== 'ready') return;
    const reported = shops;
    shops = new Set();
    try {
      const now = await redisNow(redis);
      await redis.zadd(key, ...[...reported].flatMap((shop) => [now, shop]));
      await redis.zremrangebyscore(key, '-inf', now - KEPT_MS);
    } catch {
      // Redis is down or full: write them with the next second's.
      reported.forEach(heard);
    }
  };
  const writing = repeating('last webhooks', EVERY_MS, write, () => undefined);
  return {
    ...writing,
    heard,
    stop: async () => {
      await writing.stop();
      await write();
    },
  };
}
