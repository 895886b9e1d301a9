import { createMailbox } from '../deposit/mailbox.ts';
import { createReplayer } from '../deposit/replayer.ts';
import { receiptKeeper, type ReceiptTools } from '../deposit/receipt-keeper.ts';
import { claimedIn, redisEpoch } from '../deposit/what-redis-has.ts';
import { RoomMaker } from '../deposit/room-maker.ts';
import { Unspooler, type UnspoolTools } from '../deposit/unspooler.ts';
import type { Depositor } from '../deposit/depositor.ts';
import type { Waker } from '../deposit/waker.ts';
import type { DrainTools, ShopEvents } from '../drain/drain-tools.ts';
import { createDrainWatch } from '../drain/drain-watch.ts';
import { createLocks, type Locks } from '../lock/locks.ts';
import { createAuditedOnce } from '../persist/audited-once.ts';
import { createBodyKeeper } from '../persist/body-keeper.ts';
import { createJournal, type Journal } from '../persist/journal.ts';
import { journaledAmong } from '../persist/journaled.ts';
import { createOrderStore } from '../persist/order-store.ts';
import { RecentCommits } from '../persist/outbox.ts';
import { createReceipts, withReceipts } from '../persist/receipts.ts';
import { createRedactions } from '../persist/redactions.ts';
import { createRequestStore } from '../persist/request-store.ts';
import { createShopStore } from '../persist/shop-store.ts';
import { createSpool } from '../persist/spool.ts';
import { createShopEvents } from '../shop/shop-events.ts';
import { dedupeTtlSeconds } from '../system/config.ts';
import { inPartitionOf, redisKeys } from '../system/redis-keys.ts';
import type { Repeating } from '../system/repeating.ts';
import type { Resources } from './resources.ts';

/** What a worker's drains work with. */
export function drainToolsOf(resources: Resources, waker: Waker): DrainTools {
  const { config, log, metrics, now, redis, partitions, lockServers, mongo, collections } = resources;
  const client = mongo.getClient();
  const putInHere = new RecentCommits();
  return {
    lock: createLocks(lockServers, config.LOCK_TTL_MS, () => metrics.locksLost.inc()),
    lockKey: (order) => inPartitionOf(order, partitions).lock(order),
    mailbox: createMailbox(redis, partitions),
    replayer: createReplayer(redis, partitions, waker, dedupeTtlSeconds(config)),
    orders: createOrderStore(
      client,
      collections,
      (size, ms) => {
        metrics.commitOrders.observe(size);
        metrics.commitSeconds.observe(ms / 1000);
      },
      now,
      putInHere,
    ),
    journal: journalOf(resources, putInHere),
    redactions: createRedactions(collections, now),
    keepBody: createBodyKeeper(config.ORDER_BODY),
    shopEvents: shopEventsOf(resources),
    watch: createDrainWatch(metrics, log, now),
    holdForCreateMs: config.HOLD_FOR_CREATE_MS,
    now,
  };
}

function journalOf({ config, mongo, collections }: Resources, putInHere: RecentCommits): Journal {
  const client = mongo.getClient();
  const journal = createJournal(client, collections, putInHere);
  return config.DURABILITY === 'both' ? withReceipts(journal, createReceipts(client, mongo.name)) : journal;
}

function shopEventsOf({ collections, audit }: Resources): ShopEvents {
  return createShopEvents({
    shops: createShopStore(collections),
    requests: createRequestStore(collections),
    audited: createAuditedOnce(collections.audit, audit),
  });
}

/**
 * Moves events from the spool into mailboxes.
 * @param changed tools that replace the usual ones
 */
export function unspoolerOf(
  { config, log, metrics, redis, partitions, mongo }: Resources,
  lock: Locks,
  depositor: Depositor,
  changed: Partial<UnspoolTools> = {},
): Unspooler {
  const room = new RoomMaker(redis, partitions, dedupeTtlSeconds(config), log, (claims) =>
    metrics.claimsDropped.inc(claims),
  );
  return new Unspooler({
    spool: createSpool(mongo.getClient(), mongo.name),
    depositor,
    makeRoom: (isRefused) => room.make(isRefused),
    lock: () => lock.acquire(redisKeys(0).spoolLock, 'spool'),
    log,
    onMoved: (events) => metrics.unspooledTotal.inc(events),
    ...changed,
  });
}

/** In every worker, whatever its DURABILITY: an ingest with another one may have written receipts. */
export function receiptKeeperOf(
  { metrics, log, redis, partitions, mongo, collections, now }: Resources,
  lock: Locks,
  depositor: Depositor,
  changed: Partial<ReceiptTools> = {},
): Repeating {
  return receiptKeeper({
    receipts: createReceipts(mongo.getClient(), mongo.name, now),
    depositor,
    journaled: journaledAmong(collections.events),
    claimed: claimedIn(redis, partitions),
    epoch: () => redisEpoch(redis, redisKeys(0).epoch),
    lock: () => lock.acquire(redisKeys(0).receiptsLock, 'receipts'),
    log,
    onDepositedAgain: (events) => metrics.redeposited.inc(events),
    ...changed,
  });
}
