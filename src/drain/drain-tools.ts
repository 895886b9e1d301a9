import type { Mailbox } from '../deposit/mailbox.ts';
import type { Replayer } from '../deposit/replayer.ts';
import type { Locks } from '../lock/locks.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Applied } from '../order/order.ts';
import type { ShopEvent } from '../order/shop-event.ts';
import type { KeepBody } from '../order/whole-body.ts';
import type { Journal } from '../persist/journal.ts';
import type { OrderStore } from '../persist/order-store.ts';
import type { Redactions } from '../persist/redactions.ts';
import type { DrainWatch } from './drain-watch.ts';

/** The outcome of an event about the shop. */
export type ShopVerdict = Pick<Applied, 'because'> & { outcome: 'applied' | 'stale' | 'unchanged' };

/** Carries out Shopify's events about a shop. */
export interface ShopEvents {
  /** Idempotent: a second run changes nothing and returns the same. @throws if MongoDB does not store it */
  carryOut: (event: ShopEvent) => Promise<ShopVerdict>;
}

/** The tools of a drain. */
export interface DrainTools {
  lock: Locks;
  lockKey: (order: OrderKey) => string;
  mailbox: Mailbox;
  replayer: Replayer;
  orders: OrderStore;
  journal: Journal;
  redactions: Redactions;
  keepBody: KeepBody;
  shopEvents: ShopEvents;
  watch: DrainWatch;
  holdForCreateMs: number;
  now: () => number;
}
