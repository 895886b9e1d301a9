import type { Redis } from 'ioredis';
import { shopList, shopQuery } from '../shapes/shops.ts';
import type { ShopReader } from '../status/shop-reader.ts';
import { ofRedis } from './of-redis.ts';
import { route, type Route } from './route.ts';

export interface ShopTools {
  redis: Redis;
  shops: ShopReader;
}

/** Shops: what each sends, and what of it waits. */
export function shopRoutes({ redis, shops }: ShopTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/shops',
      role: 'viewer',
      about: 'Shops, busiest first: events of the last 24 h, their share, what waits, and the last event.',
      query: shopQuery,
      answer: shopList,
      handle: ({ query }) => ofRedis(redis, () => shops.list(query.name ?? '')),
    }),
  ];
}
