import type { Redis } from 'ioredis';
import { Refusal } from '../refusal.ts';
import { shopDetail, shopList, shopPlace, shopQuery } from '../shapes/shops.ts';
import type { ShopStatus } from '../status/shop-status.ts';
import { ofRedis } from './of-redis.ts';
import { route, type Route } from './route.ts';

export interface ShopTools {
  redis: Redis;
  shops: ShopStatus;
}

/** Shops: their traffic, waiting events and installs. */
export function shopRoutes({ redis, shops }: ShopTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/shops',
      role: 'viewer',
      scope: 'filtered',
      about:
        'Shops, busiest first: events of the last 24 h, waiting events, the install and what needs attention.',
      query: shopQuery,
      answer: shopList,
      handle: ({ query, who }) => ofRedis(redis, () => shops.list(query.name ?? '', who.shops)),
    }),
    route({
      method: 'get',
      path: '/shops/{shop}',
      role: 'viewer',
      scope: 'named',
      about: 'One shop, with its last reconciliation passes and its open privacy requests.',
      params: shopPlace,
      answer: shopDetail,
      handle: async ({ params, who }) =>
        (await ofRedis(redis, () => shops.one(params.shop, who.shops))) ?? notFound(params.shop),
    }),
  ];
}

function notFound(shop: string): never {
  throw new Refusal(
    'not_found',
    `${shop} never installed the app and sent nothing in the last 30 days; ` +
      'searched: the collection shops, the last events in Redis',
  );
}
