import { idOfNumber } from '../../testkit/deliveries/bodies.ts';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { depositorOver, wakesOver, type Wakes } from '../../src/compose/deposits.ts';
import { drainToolsOf } from '../../src/compose/drains.ts';
import { createMailbox, type Mailbox } from '../../src/deposit/mailbox.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { EventDocument } from '../../src/persist/event-schema.ts';
import { QUEUE, redisKeys, type RedisKeys } from '../../src/system/redis-keys.ts';
import { namespace } from './namespace.ts';
import {
  readyRedisInside,
  silent,
  withMongo,
  type RedisInside,
  type ResourcesInside,
  type Settings,
} from './open-resources.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from './waiting-event.ts';

export { silent };

/** The components of ingest that use Redis, in this process and over a separate namespace. */
export interface DepositInside extends RedisInside, Wakes {
  redisUrl: string;
  /** Of the first partition. */
  keys: RedisKeys;
  depositor: ReturnType<typeof depositorOver>;
  mailbox: Mailbox;
  /** Names of all keys that BullMQ made in the first partition. */
  queueKeys: () => Promise<string[]>;
  close: () => Promise<void>;
}

export const DEDUPE_TTL_SECONDS = 172_800;

export async function openDeposit({ partitions = 1 } = {}): Promise<DepositInside> {
  const { redisUrl } = await namespace();
  return await depositOver(redisUrl, partitions);
}

export async function depositOver(
  redisUrl: string,
  partitions: number,
  settings: Settings = {},
): Promise<DepositInside> {
  const inside = await readyRedisInside(redisUrl, {
    settings: { PARTITIONS: String(partitions), ...settings },
  });
  const { queues, waker } = wakesOver(inside.redis, inside);
  const keys = redisKeys(0);
  return {
    ...inside,
    redisUrl,
    keys,
    queues,
    waker,
    depositor: depositorOver(inside, waker),
    mailbox: createMailbox(inside.redis, inside.partitions),
    queueKeys: () => inside.redis.keys(`${keys.queuePrefix}:${QUEUE}:*`),
    close: async () => {
      await waker.flush();
      inside.redis.disconnect();
    },
  };
}

/** The same with MongoDB: what a worker's drains work with. */
export interface Inside extends DepositInside, ResourcesInside {
  mongoUri: string;
  client: ReturnType<ResourcesInside['mongo']['getClient']>;
  tools: ReturnType<typeof drainToolsOf>;
  /** Names of the MongoDB commands that were sent, in order. */
  commands: string[];
}

export async function openInProcess({ settings = {} }: { settings?: Settings } = {}): Promise<Inside> {
  const { redisUrl, mongoUri } = await namespace();
  const deposit = await depositOver(redisUrl, 1, { HOLD_FOR_CREATE_MS: '0', ...settings });
  const resources = await withMongo(
    { ...deposit, now: () => RECEIVED_AT },
    `${mongoUri}?monitorCommands=true`,
  );
  const tools = drainToolsOf(resources, deposit.waker);
  // It queries before commands are counted, and by this clock never again.
  await tools.redactions.masked(keyOf(), null, []);
  const client = resources.mongo.getClient();
  const commands: string[] = [];
  client.on('commandStarted', (event) => commands.push(event.commandName));
  return {
    ...deposit,
    ...resources,
    mongoUri,
    client,
    commands,
    tools,
    close: async () => {
      await deposit.close();
      await resources.mongo.close();
    },
  };
}

/** The events of one order's whole life, in the order in which they happened. */
export function lifeEvents(number: number): WaitingEvent[] {
  const shop = 'example.myshopify.com';
  const life = lifeOf(randomFrom(number), shop, number, new Date('2026-11-20T10:00:00Z'));
  const order = keyOf(String(idOfNumber(number)));
  return life.map(({ topic, body, webhookId, triggeredAt }) =>
    waitingEvent(topic, null, { order, body, webhookId, triggeredAt: triggeredAt.toISOString() }),
  );
}

export async function depositAll({ depositor, waker }: DepositInside, events: WaitingEvent[]): Promise<void> {
  for (const event of events) await depositor.deposit(event, null);
  await waker.flush();
}

/** Applies the events of one order's whole life. */
export async function lived(inside: Inside, number: number): Promise<WaitingEvent['order']> {
  const events = lifeEvents(number);
  await depositAll(inside, events);
  const { order } = events[0]!;
  await drainOrder(order, inside.tools);
  return order;
}

/** So many orders with one event each, all at once: their wake-ups share jobs. @param first the id of the first */
export async function depositOrders(
  { depositor, waker }: DepositInside,
  count: number,
  first = 1000,
): Promise<WaitingEvent['order'][]> {
  const orders = Array.from({ length: count }, (_, i) => keyOf(String(first + i)));
  await Promise.all(
    orders.map((order) => depositor.deposit(waitingEvent('orders/paid', { order }, { order }), null)),
  );
  await waker.flush();
  return orders;
}

/** The journal entries of an order; parked events, which have no sequence, first. */
export async function journalOf(
  { collections }: Inside,
  order: WaitingEvent['order'],
): Promise<EventDocument[]> {
  return await collections.events.find({ order }).sort({ sequence: 1 }).lean<EventDocument[]>();
}
