import type { Mailbox } from '../deposit/mailbox.ts';
import type { OrderLock } from '../lock/order-lock.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Journal } from '../persist/journal.ts';
import type { OrderStore } from '../persist/order-store.ts';
import type { Redactions } from '../persist/redactions.ts';
import type { DrainWatch } from './drain-watch.ts';
import type { ShopEvents } from './settle-shop.ts';

/** The tools of a drain. */
export interface DrainTools {
  lock: OrderLock;
  lockKey: (order: OrderKey) => string;
  mailbox: Mailbox;
  orders: OrderStore;
  journal: Journal;
  redactions: Redactions;
  shopEvents: ShopEvents;
  watch: DrainWatch;
  holdForCreateMs: number;
  now: () => number;
}
