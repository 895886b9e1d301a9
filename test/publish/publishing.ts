import { randomUUID } from 'node:crypto';
import { composePublisher } from '../../src/compose/publisher.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createBlockStore } from '../../src/persist/block-store.ts';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import { createDestinationStore, type DestinationFields } from '../../src/persist/destination-store.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { createSequencer } from '../../src/persist/sequencer.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { Message } from '../../src/publish/messages.ts';
import type { DestinationOf, OpenedSecrets } from '../../src/publish/sinks/sink.ts';
import { LaneQueues } from '../../src/publish/lane-queues.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { depositAll, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import type { Settings } from '../support/open-resources.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const TOKEN_KEYS = `test:${'0'.repeat(64)}`;

const FIELDS: DestinationFields = {
  kind: 'http',
  url: 'http://127.0.0.1:1/',
  probeUrl: null,
  allowPrivate: true,
  on: ['*'],
  shops: null,
  filter: null,
  transform: null,
  priority: 'normal',
  concurrency: 10,
  rate: null,
  backfillRate: 1000,
  timeoutMs: 1000,
  inDoubt: 'repeat',
  secrets: [],
  settings: null,
  credentials: null,
};

export function destinationFields(fields: Partial<DestinationFields>): DestinationFields {
  return { ...FIELDS, ...fields };
}

export function destinationOf(fields: Partial<DestinationFields>): DestinationDocument {
  const at = new Date(0);
  const rest = { state: 'active', because: null, createdAt: at, changedAt: at, revision: 1 } as const;
  return { _id: 'erp', uid: 'uid', afterBlock: 0, ...FIELDS, ...rest, ...fields };
}

export function httpDestinationOf(fields: Partial<DestinationFields>): DestinationOf<'http'> {
  return { ...destinationOf(fields), settings: null };
}

export const NO_SECRETS: OpenedSecrets = { secrets: [], credentials: null };

export function messageOf(text: string): Message {
  const order = { order: 'example.myshopify.com/1', orderId: '1', name: '#1', shop: 'example.myshopify.com' };
  const change = {
    version: 1,
    sequence: 1,
    status: 'created',
    type: 'orders/create',
    occurredAt: new Date(0),
  };
  return { id: 'ef_1', text, about: { ...order, ...change } };
}

/** Two commits never have the same time. */
function ticking(): () => number {
  let last = 0;
  return () => (last = Math.max(last + 1, Date.now()));
}

/** Publishers in this process, over what drains commit. */
export class Publishing {
  readonly inside: Inside;
  readonly #running: Component[][] = [];
  #lastOrder = 50_000;
  /** How far publishers' clocks are ahead. */
  aheadMs = 0;

  private constructor(inside: Inside) {
    this.inside = {
      ...inside,
      now: () => Date.now() + this.aheadMs,
      tools: { ...inside.tools, now: ticking() },
    };
  }

  static async open(settings: Settings = {}): Promise<Publishing> {
    return new Publishing(await openInProcess({ settings: { TOKEN_KEYS, ...settings } }));
  }

  /** Starts a publisher. @returns stops it */
  async start(): Promise<() => Promise<void>> {
    const { components } = composePublisher(this.inside);
    const all = [...components.before, ...components.after];
    for (const component of all) await component.start?.();
    this.#running.push(all);
    return async () => {
      this.#running.splice(this.#running.indexOf(all), 1);
      for (const component of all.toReversed()) await component.stop();
    };
  }

  /** @param from of a new one: where its history begins; null: at the beginning */
  async destination(
    name: string,
    fields: Partial<DestinationFields>,
    from?: Date | null,
  ): Promise<DestinationDocument> {
    const store = createDestinationStore(this.inside.collections, Date.now);
    const known = await store.one(name);
    const all = { ...FIELDS, ...fields };
    const put = await store.put(name, all, known?.revision ?? null, randomUUID(), { from });
    if (!put) throw new Error(`${name} could not be put`);
    return put;
  }

  /** The events of an order's life, one commit each, into the change feed. */
  async live(number: number, most = Infinity): Promise<WaitingEvent[]> {
    const events = await this.liveDrained(number, most);
    await this.feed();
    return events;
  }

  /** The same, not in the feed yet. */
  async liveDrained(number: number, most = Infinity): Promise<WaitingEvent[]> {
    const events = lifeEvents(number).slice(0, most);
    for (const event of events) await this.drain([event]);
    return events;
  }

  /** One event each for new orders, into the change feed. @returns the orders' keys */
  async created(count: number, topic = 'orders/create'): Promise<OrderKey[]> {
    const ids = Array.from({ length: count }, () => (this.#lastOrder += 1));
    const events = ids.map((id) =>
      waitingEvent(topic, { id, name: `#${id}`, total_price: '1.00' }, { order: keyOf(String(id)) }),
    );
    await Promise.all(events.map((event) => this.drain([event])));
    await this.feed();
    return events.map(({ order }) => order);
  }

  /** One commit, in the change feed. */
  async apply(events: WaitingEvent[]): Promise<void> {
    await this.drain(events);
    await this.feed();
  }

  async drain(events: WaitingEvent[]): Promise<void> {
    await depositAll(this.inside, events);
    // As a worker does: on a busy machine, a lock may not be acquired in time.
    await until(async () => (await drainOrder(events[0]!.order, this.inside.tools)).outcome !== 'busy');
  }

  /** Moves all commits into the change feed. */
  async feed(): Promise<void> {
    const sequencer = createSequencer(createBlockStore(this.inside.collections), Date.now);
    while ((await sequencer.step()).isBehind);
  }

  /** Makes every failing effect due at once, and wakes its lane. */
  async hurry(): Promise<void> {
    const { inside } = this;
    const { effects, destinations } = inside.collections;
    await effects.updateMany({ state: 'failing' }, { $set: { dueAt: new Date(0) } });
    const queues = new LaneQueues(inside.redis, inside.partitions, inside.log);
    for (const destination of await destinations.find().lean()) {
      const open = await this.effects({ destination: destination._id, open: true });
      await queues.wakeAgain(destination, open);
    }
  }

  /** Jobs of a destination that will run or run now. */
  async waitingJobs(name: string): Promise<number> {
    return await this.#queue(name).getJobCountByTypes('active', 'wait', 'prioritized', 'delayed');
  }

  async activeJobs(name: string): Promise<number> {
    return await this.#queue(name).getActiveCount();
  }

  /** As if Redis lost them. */
  async forgetJobs(name: string): Promise<void> {
    const { redis, partitions, log } = this.inside;
    await new LaneQueues(redis, partitions, log).forget(name);
  }

  /** Orders whose jobs wait with this priority; 1 is the most urgent. */
  async waitingOrders(name: string, priority: number): Promise<string[]> {
    const jobs = await this.#queue(name).getJobs(['prioritized']);
    return jobs.filter(({ opts }) => opts.priority === priority).flatMap(({ data }) => data.orders);
  }

  #queue(name: string) {
    const { redis, partitions, log } = this.inside;
    return new LaneQueues(redis, partitions, log).of(name);
  }

  async effects(filter: object = {}): Promise<EffectDocument[]> {
    return await this.inside.collections.effects.find(filter).sort({ order: 1, version: 1, index: 1 }).lean();
  }

  /** Waits until the feed is routed, and no effect of the destination is open. */
  async settled(destination: string, ms = 20_000): Promise<void> {
    const { effects, routed, changes } = this.inside.collections;
    await until(
      async () => {
        const newest = await changes.findOne().sort({ _id: -1 }).lean();
        const position = await routed.findOne().lean();
        if ((position?.block ?? 0) < (newest?._id ?? 0)) return false;
        return (await effects.countDocuments({ open: true, destination })) === 0;
      },
      ms,
      'every effect to end',
    );
  }

  /** Deletes all orders, their journals, destinations and effects. */
  async forget(): Promise<void> {
    const { orders, destinations, events, effects } = this.inside.collections;
    for (const each of [orders, destinations, events, effects]) await each.collection.deleteMany({});
  }

  async close(): Promise<void> {
    for (const all of this.#running.splice(0)) for (const each of all.toReversed()) await each.stop();
    await this.inside.close();
  }
}
