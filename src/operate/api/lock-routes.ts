import { Refusal } from '../refusal.ts';
import { releaseLock, type LockTools } from '../steering/lock-release.ts';
import { isOrderWithin } from '../shop-bounds.ts';
import { keyOf, orderPlace } from '../shapes/base.ts';
import { lock, lockList, lockRelease, lockReleased } from '../shapes/locks.ts';
import { route, type Route } from './route.ts';

/** Locks: who holds which, and releasing one whose holder is stuck. */
export function lockRoutes(tools: LockTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/locks',
      role: 'viewer',
      scope: 'filtered',
      about: 'Held locks, longest held first, of the orders that are being drained or have waited longest.',
      answer: lockList,
      handle: async ({ who: { shops } }) => {
        const { locks, looked } = await tools.reader.list();
        const shown = locks.filter((each) => isOrderWithin(shops, each.order));
        return { locks: shown, looked: shops ? shown.length : looked };
      },
    }),
    route({
      method: 'get',
      path: '/locks/{shop}/{orderId}',
      role: 'viewer',
      scope: 'named',
      about: "Who holds an order's lock, for how long, and whether that program is alive.",
      params: orderPlace,
      answer: lock,
      handle: async ({ params }) => {
        const order = keyOf(params);
        const found = await tools.reader.one(order);
        if (found) return found;
        throw new Refusal(
          'not_found',
          `the lock of ${order} is not held; searched: ${tools.lockKey(order)} on all lock servers`,
        );
      },
    }),
    route({
      method: 'post',
      path: '/locks/{shop}/{orderId}/release',
      role: 'operator',
      scope: 'named',
      about:
        'Releases a lock if the given token still holds it, invalidates a late commit by its holder, and wakes the order.',
      params: orderPlace,
      body: lockRelease,
      answer: lockReleased,
      audit: ({ params }) => ({ action: 'lock.release', target: keyOf(params) }),
      handle: async ({ params, body }) => ({
        released: true as const,
        did: await releaseLock({ order: keyOf(params), ...body }, tools),
      }),
    }),
  ];
}
