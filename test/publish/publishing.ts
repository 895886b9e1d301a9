import { randomUUID } from 'node:crypto';
import { composePublisher } from '../../src/compose/publisher.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createBlockStore } from '../../src/persist/block-store.ts';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import { createDestinationStore, type DestinationFields } from '../../src/persist/destination-store.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { createSequencer } from '../../src/persist/sequencer.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { depositAll, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import type { Settings } from '../support/open-resources.ts';
import { until } from '../support/until.ts';

const TOKEN_KEYS = `test:${'0'.repeat(64)}`;

const FIELDS: DestinationFields = {
  kind: 'http',
  url: '',
  probeUrl: null,
  allowPrivate: true,
  on: ['*'],
  shops: null,
  filter: null,
  transform: null,
  priority: 'normal',
  concurrency: 10,
  rate: null,
  timeoutMs: 1000,
  inDoubt: 'repeat',
  secrets: [],
  settings: null,
  credentials: null,
};

/** Publishers in this process, over what drains commit. */
export class Publishing {
  readonly inside: Inside;
  readonly #running: Component[][] = [];

  private constructor(inside: Inside) {
    this.inside = { ...inside, now: Date.now };
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

  async destination(name: string, fields: Partial<DestinationFields>): Promise<DestinationDocument> {
    const store = createDestinationStore(this.inside.collections, Date.now);
    const known = await store.one(name);
    const put = await store.put(name, { ...FIELDS, ...fields }, known?.revision ?? null, randomUUID());
    if (!put) throw new Error(`${name} could not be put`);
    return put;
  }

  /** The events of an order's life, one commit each, into the change feed. */
  async live(number: number, most = Infinity): Promise<WaitingEvent[]> {
    const events = lifeEvents(number).slice(0, most);
    for (const event of events) await this.apply([event]);
    return events;
  }

  /** One commit. */
  async apply(events: WaitingEvent[]): Promise<void> {
    await depositAll(this.inside, events);
    await drainOrder(events[0]!.order, this.inside.tools);
    await this.feed();
  }

  /** Moves all commits into the change feed. */
  async feed(): Promise<void> {
    const sequencer = createSequencer(createBlockStore(this.inside.collections), Date.now);
    while ((await sequencer.step())?.length !== 0);
  }

  async effects(filter: object = {}): Promise<EffectDocument[]> {
    return await this.inside.collections.effects.find(filter).sort({ order: 1, version: 1, index: 1 }).lean();
  }

  /** Waits until the feed is routed, and no effect is open. */
  async settled(ms = 20_000): Promise<void> {
    const { effects, routed, changes } = this.inside.collections;
    await until(
      async () => {
        const newest = await changes.findOne().sort({ _id: -1 }).lean();
        const position = await routed.findOne().lean();
        if ((position?.block ?? 0) < (newest?._id ?? 0)) return false;
        return (await effects.countDocuments({ open: true })) === 0;
      },
      ms,
      'every effect to end',
    );
  }

  async close(): Promise<void> {
    for (const all of this.#running.splice(0)) for (const each of all.toReversed()) await each.stop();
    await this.inside.close();
  }
}
