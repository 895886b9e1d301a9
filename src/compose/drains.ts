import { mailbox } from '../deposit/mailbox.ts';
import { RoomMaker } from '../deposit/room-maker.ts';
import { Unspooler, type UnspoolTools } from '../deposit/unspooler.ts';
import type { Depositor } from '../deposit/depositor.ts';
import type { DrainTools, ShopEvents } from '../drain/drain-tools.ts';
import { drainWatch } from '../drain/drain-watch.ts';
import { orderLock, type OrderLock } from '../lock/order-lock.ts';
import { auditedOnce } from '../persist/audited-once.ts';
import { journal } from '../persist/journal.ts';
import { orderStore } from '../persist/order-store.ts';
import { redactions } from '../persist/redactions.ts';
import { requestBook } from '../persist/request-book.ts';
import { shopBook } from '../persist/shop-book.ts';
import { spool } from '../persist/spool.ts';
import { shopEvents } from '../shop/shop-events.ts';
import { dedupeTtlSeconds } from '../system/config.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import type { Resources } from './resources.ts';

/** What a worker's drains work with. */
export function drainToolsOf(resources: Resources): DrainTools {
  const { config, log, metrics, now, redis, partitions, lockServers, mongo, collections } = resources;
  const client = mongo.getClient();
  return {
    lock: orderLock(lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc()),
    lockKey: (order) => inPartitionOf(order, partitions).lock(order),
    mailbox: mailbox(redis, partitions),
    orders: orderStore(client, collections, (size, ms) => {
      metrics.commitOrders.observe(size);
      metrics.commitSeconds.observe(ms / 1000);
    }),
    journal: journal(client, collections),
    redactions: redactions(collections, now),
    shopEvents: shopEventsOf(resources),
    watch: drainWatch(metrics, log, now),
    holdForCreateMs: config.HOLD_FOR_CREATE_MS,
    now,
  };
}

function shopEventsOf({ collections, audit }: Resources): ShopEvents {
  return shopEvents({
    shops: shopBook(collections),
    requests: requestBook(collections),
    audited: auditedOnce(collections.audit, audit),
  });
}

/**
 * Moves events from the spool into mailboxes.
 * @param changed tools that replace the usual ones
 */
export function unspoolerOf(
  { config, log, metrics, redis, partitions, mongo }: Resources,
  lock: OrderLock,
  depositor: Depositor,
  changed: Partial<UnspoolTools> = {},
): Unspooler {
  const room = new RoomMaker(redis, partitions, dedupeTtlSeconds(config), log, (claims) =>
    metrics.claimsDropped.inc(claims),
  );
  return new Unspooler({
    spool: spool(mongo.getClient(), mongo.name),
    depositor,
    makeRoom: (isRefused) => room.make(isRefused),
    lock: () => lock.acquire(redisKeys(0).spoolLock, 'spool'),
    log,
    onMoved: (events) => metrics.unspooledTotal.inc(events),
    ...changed,
  });
}
