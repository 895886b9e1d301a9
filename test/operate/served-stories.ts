import { composeDashboard } from '../../src/compose/dashboard.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import type { ParkedStore } from '../../src/persist/parked-store.ts';
import type { Replays } from '../../src/operate/steering/replays.ts';
import type { ChangeWaits } from '../../src/operate/stories/change-waits.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

/** Orders, events, parked events and replays over HTTP in this process, with the drains that process them. */
export interface ServedStories {
  inside: Inside;
  served: ServedRoutes;
  parked: ParkedStore;
  replays: Replays;
  waits: ChangeWaits;
  /** How replays put an event back; a test may replace it. */
  putBack: (event: WaitingEvent) => Promise<unknown>;
  get: ServedRoutes['get'];
  post: ServedRoutes['post'];
  drain: (order: OrderKey) => Promise<void>;
  /** Commits orders as a drain would. */
  commit: (orders: ({ id: string; shop?: string } & Partial<Omit<Order, 'shop'>>)[]) => Promise<void>;
  stop: () => Promise<void>;
}

export async function serveStories(now: () => number = Date.now): Promise<ServedStories> {
  const inside = await openInProcess();
  const dashboard = composeDashboard({ ...inside, now });
  const { replays, replayTools, waits } = dashboard;
  const served = await ServedRoutes.start(dashboard.routes);
  return {
    inside,
    served,
    parked: replayTools.parked,
    replays,
    waits,
    get putBack() {
      return replayTools.putBack;
    },
    set putBack(changed) {
      replayTools.putBack = changed;
    },
    get: (...args) => served.get(...args),
    post: (...args) => served.post(...args),
    drain: async (order) => {
      await inside.waker.flush();
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
      waits.stop();
      await served.stop();
      await replays.stop();
      await dashboard.waker.flush();
      await inside.close();
    },
  };
}
