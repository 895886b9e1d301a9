import { pino } from 'pino';
import { lifeOf } from '../../scripts/deliveries/life.ts';
import { randomFrom } from '../../scripts/deliveries/random.ts';
import { depositor, type Depositor } from '../../src/deposit/depositor.ts';
import { mailbox, type Mailbox } from '../../src/deposit/mailbox.ts';
import { openQueues } from '../../src/deposit/queues.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import { Unspooler } from '../../src/deposit/unspooler.ts';
import { waker, type Waker } from '../../src/deposit/waker.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import { drainWatch } from '../../src/drain/drain-watch.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { orderLock } from '../../src/lock/order-lock.ts';
import { collectionsOf, prepareCollections, type Collections } from '../../src/persist/collections.ts';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { auditLog } from '../../src/persist/audit-log.ts';
import { auditedOnce } from '../../src/persist/audited-once.ts';
import { requestBook } from '../../src/persist/request-book.ts';
import { journal } from '../../src/persist/journal.ts';
import { orderStore } from '../../src/persist/order-store.ts';
import { redactions } from '../../src/persist/redactions.ts';
import type { Spool } from '../../src/persist/spool.ts';
import { shopBook } from '../../src/persist/shop-book.ts';
import { shopEvents } from '../../src/shop/shop-events.ts';
import { mongoReady, openMongo, openRedis, redisReady } from '../../src/system/connections.ts';
import { createMetrics, type Metrics } from '../../src/system/metrics.ts';
import { partitionOf, QUEUE, redisKeys, type RedisKeys } from '../../src/system/redis-keys.ts';
import { namespace } from './namespace.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from './waiting-event.ts';

export const silent = pino({ level: 'silent' });

/** The parts of ingest that use Redis, in this process and over a separate namespace. */
export interface DepositInside {
  redisUrl: string;
  redis: ScriptedRedis;
  partitions: readonly RedisKeys[];
  /** Of the first partition. */
  keys: RedisKeys;
  queues: ReturnType<typeof openQueues>;
  waker: Waker;
  depositor: Depositor;
  mailbox: Mailbox;
  metrics: Metrics;
  /** Names of all keys that BullMQ made in the first partition. */
  queueKeys: () => Promise<string[]>;
  close: () => Promise<void>;
}

export const DEDUPE_TTL_SECONDS = 172_800;

export async function openDeposit({ partitions: count = 1 } = {}): Promise<DepositInside> {
  const { redisUrl } = await namespace();
  return await depositOver(redisUrl, count);
}

export async function depositOver(redisUrl: string, count: number): Promise<DepositInside> {
  const redis = withScripts(openRedis(redisUrl, 'patient', silent));
  await redisReady(redis);
  const partitions = Array.from({ length: count }, (_, p) => redisKeys(p));
  const keys = redisKeys(0);
  const queues = openQueues(redis, partitions);
  const metrics = createMetrics();
  const wakes = waker(queues, silent, () => metrics.wakeFailures.inc());
  return {
    redisUrl,
    redis,
    partitions,
    keys,
    queues,
    waker: wakes,
    depositor: depositor(redis, partitions, wakes, DEDUPE_TTL_SECONDS),
    mailbox: mailbox(redis, partitions),
    metrics,
    queueKeys: () => redis.keys(`${keys.queuePrefix}:${QUEUE}:*`),
    close: async () => {
      await wakes.settle();
      redis.disconnect();
    },
  };
}

/** The same with MongoDB: what a drain works with. */
export interface Inside extends DepositInside {
  collections: Collections;
  client: ReturnType<ReturnType<typeof openMongo>['getClient']>;
  tools: DrainTools;
  /** Names of the MongoDB commands that were sent, in order. */
  commands: string[];
}

const LOCK_TTL_MS = 10_000;

export async function openInside({ holdForCreateMs = 0 } = {}): Promise<Inside> {
  const { redisUrl, mongoUri } = await namespace();
  const mongo = openMongo(`${mongoUri}?monitorCommands=true`);
  const deposit = await depositOver(redisUrl, 1);
  await mongoReady(mongo);
  const collections = collectionsOf(mongo);
  await prepareCollections(collections, 90);
  const client = mongo.getClient();
  const now = () => RECEIVED_AT;
  // It queries before commands are counted, and by this clock never again.
  const quiet = redactions(collections, now);
  await quiet.masked(keyOf(), null, []);
  const commands: string[] = [];
  client.on('commandStarted', (event) => commands.push(event.commandName));
  return {
    ...deposit,
    collections,
    client,
    commands,
    tools: {
      lock: orderLock([deposit.redis], LOCK_TTL_MS, () => deposit.metrics.locksLost.inc()),
      lockKey: (order) => redisKeys(partitionOf(order, 1)).lock(order),
      mailbox: deposit.mailbox,
      orders: orderStore(client, collections, (size) => deposit.metrics.commitOrders.observe(size)),
      journal: journal(client, collections),
      redactions: quiet,
      shopEvents: shopEvents({
        shops: shopBook(collections),
        requests: requestBook(collections),
        audited: auditedOnce(collections.audit, auditLog(collections.audit, silent)),
      }),
      watch: drainWatch(deposit.metrics, silent, now),
      holdForCreateMs,
      now,
    },
    close: async () => {
      await deposit.close();
      await mongo.close();
    },
  };
}

/** Moves spooled events into the mailboxes of this Redis, which has room. */
export function unspoolerOver(
  { depositor, tools, keys }: Inside,
  kept: Spool,
  onMoved: (events: number) => void = () => undefined,
): Unspooler {
  return new Unspooler({
    spool: kept,
    depositor,
    makeRoom: () => Promise.resolve(true),
    lock: () => tools.lock.acquire(keys.spoolLock, 'spool'),
    log: silent,
    onMoved,
  });
}

/** The events of one order's whole life, in the order in which they happened. */
export function lifeEvents(number: number): WaitingEvent[] {
  const shop = 'example.myshopify.com';
  const life = lifeOf(randomFrom(number), shop, number, new Date('2026-11-20T10:00:00Z'));
  const order = keyOf(String(5_820_000_000_000 + number * 1000));
  return life.map(({ topic, body, webhookId, triggeredAt }) =>
    waitingEvent(topic, null, { order, body, webhookId, triggeredAt: triggeredAt.toISOString() }),
  );
}

export async function depositAll({ depositor, waker }: DepositInside, events: WaitingEvent[]): Promise<void> {
  for (const event of events) await depositor.deposit(event, null);
  await waker.settle();
}

/** Applies the events of one order's whole life. */
export async function lived(inside: Inside, number: number): Promise<OrderKey> {
  const events = lifeEvents(number);
  await depositAll(inside, events);
  const { order } = events[0]!;
  await drainOrder(order, inside.tools);
  return order;
}

/** So many orders with one event each. */
export async function depositOrders({ depositor, waker }: DepositInside, count: number): Promise<OrderKey[]> {
  const orders = Array.from({ length: count }, (_, i) => keyOf(String(1000 + i)));
  await Promise.all(
    orders.map((order) => depositor.deposit(waitingEvent('orders/paid', { order }, { order }), null)),
  );
  await waker.settle();
  return orders;
}

/** The journal entries of an order; parked events, which have no sequence, first. */
export async function journalOf({ collections }: Inside, order: OrderKey): Promise<EventDocument[]> {
  return await collections.events.find({ order }).sort({ sequence: 1 }).lean<EventDocument[]>();
}
