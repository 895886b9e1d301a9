import { replayer } from '../../src/deposit/replayer.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { parkedStore, type ParkedStore } from '../../src/persist/parked-store.ts';
import { replayStore } from '../../src/persist/replay-store.ts';
import { eventRoutes } from '../../src/watch/api/event-routes.ts';
import { orderRoutes } from '../../src/watch/api/order-routes.ts';
import { parkedRoutes } from '../../src/watch/api/parked-routes.ts';
import { verifyRoutes } from '../../src/watch/api/verify-routes.ts';
import { duplicatesOf } from '../../src/watch/stories/duplicates.ts';
import { eventReader } from '../../src/watch/stories/event-reader.ts';
import { eventSearch } from '../../src/watch/stories/event-search.ts';
import { findOrders } from '../../src/watch/stories/find-orders.ts';
import { missingEvents } from '../../src/watch/stories/missing-events.ts';
import { orderReader } from '../../src/watch/stories/order-reader.ts';
import { Replays } from '../../src/watch/steering/replays.ts';
import { waitingWith } from '../../src/watch/stories/waiting-orders.ts';
import { search } from '../../src/watch/stories/search.ts';
import { timelineReader } from '../../src/watch/stories/timeline.ts';
import { verifier } from '../../src/watch/stories/verifier.ts';
import { DEDUPE_TTL_SECONDS, openInside, silent, type Inside } from '../support/inside.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

/** Orders, events, parked events and replays over HTTP in this process, with the drains that process them. */
export interface ServedStories {
  inside: Inside;
  served: ServedRoutes;
  parked: ParkedStore;
  replays: Replays;
  /** How replays put an event back; a test may replace it. */
  putBack: (event: WaitingEvent) => Promise<unknown>;
  get: ServedRoutes['get'];
  post: ServedRoutes['post'];
  drain: (order: OrderKey) => Promise<void>;
  /** Commits orders as a drain would. */
  commit: (
    orders: ({ id: string; shop?: string } & Partial<Pick<Order, 'name' | 'status'>>)[],
  ) => Promise<void>;
  stop: () => Promise<void>;
}

export async function serveStories(now: () => number = Date.now): Promise<ServedStories> {
  const inside = await openInside();
  const { collections, redis, partitions, mailbox, waker } = inside;
  const find = findOrders(collections);
  const parked = parkedStore(collections);
  const back = replayer(redis, partitions, waker, DEDUPE_TTL_SECONDS);
  const replays = new Replays({
    collections,
    runs: replayStore(collections),
    parked,
    putBack: (event) => stories.putBack(event),
    now,
    log: silent,
  });
  const missing = missingEvents({ collections, redis, partitions });
  const duplicates = duplicatesOf(redis, partitions);
  const lockOf = () => Promise.resolve(null);
  const served = await ServedRoutes.start([
    ...orderRoutes({
      orders: orderReader(collections, missing),
      timeline: timelineReader({ collections, redis, mailbox, missing, duplicates, lockOf, now }),
      search: search({
        collections,
        findOrders: find,
        missing,
        waitingWith: (orderId) => waitingWith(redis, partitions, orderId),
      }),
    }),
    ...eventRoutes({ search: eventSearch(collections, find), event: eventReader(collections), duplicates }),
    ...parkedRoutes({ parked, replays, now }),
    ...verifyRoutes({ verify: verifier(collections, 90) }),
  ]);
  const stories: ServedStories = {
    inside,
    served,
    parked,
    replays,
    putBack: (event) => back.replay(event),
    get: (...args) => served.get(...args),
    post: (...args) => served.post(...args),
    drain: async (order) => {
      await waker.settle();
      await drainOrder(order, { ...inside.tools, now }, 'test');
    },
    commit: async (orders) => {
      await Promise.all(
        orders.map(({ id, shop, ...more }) => {
          const key = keyOf(id, shop);
          return inside.tools.orders.commit({ key, order: { ...newOrder(key), ...more, version: 0 } });
        }),
      );
    },
    stop: async () => {
      await served.stop();
      await replays.stop();
      await inside.close();
    },
  };
  return stories;
}
