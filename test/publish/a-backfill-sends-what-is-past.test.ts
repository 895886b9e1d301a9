import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DestinationFields } from '../../src/persist/destination-store.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { createRoutedBlocks } from '../../src/persist/routed-blocks.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { lifeEvents } from '../support/in-process.ts';
import { BackfillingPublisher } from './backfilling.ts';
import { Publishing } from './publishing.ts';

describe('the history that a destination gets', () => {
  let publishing: Publishing;
  let publisher: BackfillingPublisher;
  let number = 5000;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    await publishing.forget();
    publisher = new BackfillingPublisher(publishing);
  });

  /** The effects of a new destination after its backfill. */
  async function backfilled(
    from: Date | null = null,
    fields: Partial<DestinationFields> = {},
  ): Promise<EffectDocument[]> {
    const name = `d-${randomUUID()}`;
    await publishing.destination(name, fields, from);
    await publisher.scanAll();
    return await publishing.effects({ destination: name });
  }

  async function lived(most = Infinity): Promise<WaitingEvent[]> {
    return await publishing.live((number += 1), most);
  }

  const appliedAt = async (event: WaitingEvent | undefined) =>
    (await publishing.inside.collections.events.findById(event?.id).lean())!.appliedAt;
  const topicsOf = (effects: readonly EffectDocument[]) => effects.map(({ topic }) => topic);

  test('is what it would have got live: late, stale and unchanged events, statuses and versions', async () => {
    const live = await publishing.destination(`d-${randomUUID()}`, {});
    const life = lifeEvents((number += 1));
    // The same events arrive in another sequence, some of them in one commit, and a redelivery changes nothing.
    const shuffled = [life[3]!, life[0]!, life[5]!, life[1]!, life[2]!, life[4]!, ...life.slice(6)];
    await publishing.drain(shuffled.slice(0, 2));
    for (const event of shuffled.slice(2)) await publishing.drain([event]);
    await publishing.feed();
    await publisher.route();
    const expected = await publishing.effects({ destination: live._id });
    expect(expected.some(({ late }) => late)).toBe(true);
    expect(expected.length).toBeLessThan(life.length);
    const found = await backfilled();
    const own = { _id: null, destination: null, createdAt: null, dueAt: null, backfilled: null };
    const comparable = (effect: EffectDocument) => ({ ...effect, ...own });
    expect(found.map(comparable)).toEqual(expected.map(comparable));
    expect(found.every((each) => each.backfilled === true)).toBe(true);
  });

  test('begins at a time in the middle of an order’s life', async () => {
    const life = await lived(5);
    const found = await backfilled(await appliedAt(life[3]));
    expect(found.map(({ event, sequence, version }) => [event, sequence, version])).toEqual([
      [life[3]!.id, 4, 4],
      [life[4]!.id, 5, 5],
    ]);
    expect(found[0]!.before).not.toBeNull();
  });

  test('is sent before what is live, also if the lane runs before the scan has reached its order', async () => {
    const life = lifeEvents((number += 1)).slice(0, 5);
    for (const event of life.slice(0, 3)) await publishing.drain([event]);
    await publishing.feed();
    const destination = await publishing.destination(`d-${randomUUID()}`, {}, null);
    for (const event of life.slice(3)) await publishing.apply([event]);
    await publisher.route();
    await publisher.send(destination, life[0]!.order);
    expect(publisher.sent.map(({ event }) => event)).toEqual(life.map(({ id }) => id));
    await publisher.scanAll();
    await publisher.send(destination, life[0]!.order);
    expect(publisher.sent).toHaveLength(life.length);
  });

  test('is only of its shops, and only of its triggers', async () => {
    await lived(5);
    expect(topicsOf(await backfilled(null, { on: ['orders/paid'] }))).toEqual(['orders/paid']);
    expect(await backfilled(null, { shops: ['another.myshopify.com'] })).toEqual([]);
    const both = ['another.myshopify.com', 'example.myshopify.com'];
    expect(await backfilled(null, { shops: both })).toHaveLength(5);
  });

  describe('if it is not kept any more', () => {
    test('is one effect with the newest state', async () => {
      const life = await lived(5);
      await publishing.inside.collections.events.deleteOne({ _id: life[0]!.id });
      const found = await backfilled();
      const order = await publishing.inside.collections.orders.findById(life[0]!.order).lean();
      expect(found).toMatchObject([
        {
          topic: 'lockstep/backfilled',
          event: null,
          sequence: null,
          before: null,
          after: { status: order?.status },
          version: order?.version,
        },
      ]);
    });

    test('is what is kept, then the newest state', async () => {
      const life = await lived(5);
      await publishing.inside.collections.events.deleteOne({ _id: life[2]!.id });
      const found = await backfilled();
      expect(found.map(({ event }) => event)).toEqual([life[0]!.id, life[1]!.id, null]);
    });

    test('is nothing if the order has not changed since the time', async () => {
      const life = await lived(5);
      await publishing.inside.collections.events.deleteOne({ _id: life[0]!.id });
      const after = new Date((await appliedAt(life[4])).getTime() + 1);
      expect(await backfilled(after)).toEqual([]);
    });

    test('is the newest state of an order whose bodies were deleted with its shop', async () => {
      const life = await lived(3);
      await publishing.inside.collections.events.updateMany({}, { $set: { payload: Buffer.alloc(0) } });
      const order = life[0]!.order;
      expect(topicsOf(await backfilled())).toEqual(['lockstep/backfilled']);
      expect(order).toBe((await publishing.effects())[0]!.order);
    });

    test('needs `*`, the status or its own type among the triggers', async () => {
      const life = await lived(3);
      await publishing.inside.collections.events.deleteOne({ _id: life[0]!.id });
      const { status } = (await publishing.inside.collections.orders.findById(life[0]!.order).lean())!;
      expect(await backfilled(null, { on: ['orders/paid'] })).toEqual([]);
      expect(await backfilled(null, { on: [`status:${status}`] })).toHaveLength(1);
      expect(await backfilled(null, { on: ['lockstep/backfilled'] })).toHaveLength(1);
    });

    test('comes before what is live', async () => {
      const life = lifeEvents((number += 1)).slice(0, 5);
      for (const event of life.slice(0, 3)) await publishing.drain([event]);
      await publishing.feed();
      const name = `d-${randomUUID()}`;
      const destination = await publishing.destination(name, {}, null);
      for (const event of life.slice(3)) await publishing.apply([event]);
      await publishing.inside.collections.events.deleteOne({ _id: life[0]!.id });
      // The scan comes first, and the router later.
      await publisher.scanAll();
      await publisher.route();
      await publisher.send(destination, life[0]!.order);
      expect(publisher.sent.map(({ event }) => event)).toEqual([null, life[3]!.id, life[4]!.id]);
    });
  });

  test('has the events of a commit whose journal was not written yet', async () => {
    const life = await lived(3);
    await publishing.inside.collections.events.deleteOne({ _id: life[2]!.id });
    const found = await backfilled();
    expect(found.map(({ event, version }) => [event, version])).toEqual(life.map(({ id }, i) => [id, i + 1]));
  });

  test('waits for a journal that is behind its order, and then ends', async () => {
    const life = await lived(4);
    const { events, destinations } = publishing.inside.collections;
    const kept = await events.find({ _id: { $in: [life[2]!.id, life[3]!.id] } }).lean();
    await events.deleteMany({ _id: { $in: kept.map(({ _id }) => _id) } });
    const name = `d-${randomUUID()}`;
    await publishing.destination(name, {}, null);
    await new BackfillingPublisher(publishing, { minuteMs: 20 }).scan();
    expect((await destinations.findById(name).lean())?.backfill).toMatchObject({ endedAt: null, orders: 0 });
    await events.insertMany(kept);
    await publisher.scanAll();
    expect(await publishing.effects({ destination: name })).toHaveLength(4);
  });

  test('ends with a change of Lockstep itself, if that is the newest', async () => {
    const life = await lived(2);
    const { orders } = publishing.inside.collections;
    const { committed, version } = (await orders.findById(life[0]!.order).lean())!;
    const own = { event: null, topic: 'lockstep/redacted', sequence: null, outcome: null };
    const last = { ...committed!.events.at(-1)!, ...own };
    await orders.collection.updateOne(
      { _id: life[0]!.order as never },
      { $set: { version: version + 1, committed: { ...committed, version: version + 1, events: [last] } } },
    );
    expect(topicsOf(await backfilled())).toEqual([...life.map(({ topic }) => topic), 'lockstep/redacted']);
  });

  describe('of a destination that exists', () => {
    async function again(name: string, from: Date | null) {
      const store = createDestinationStore(publishing.inside.collections, Date.now);
      return await store.backfill(name, from);
    }

    test('does not have what it has got, and adds nothing to a lane that has everything', async () => {
      const name = `d-${randomUUID()}`;
      const destination = await publishing.destination(name, {});
      const life = await lived(4);
      await publisher.route();
      await publisher.send(destination, life[0]!.order);
      await again(name, null);
      await publisher.scanAll();
      expect(await publishing.effects({ destination: name, backfilled: true })).toEqual([]);
    });

    test('repairs changes that expired before they were routed', async () => {
      const name = `d-${randomUUID()}`;
      const { changes, routed } = publishing.inside.collections;
      const destination = await publishing.destination(name, {});
      await publisher.route();
      const from = new Date();
      // No publisher ran, and the blocks of two orders have expired. The second has later changes, which were sent.
      const [lost, overtaken] = [await lived(3), lifeEvents((number += 1)).slice(0, 4)];
      for (const event of overtaken.slice(0, 3)) await publishing.apply([event]);
      const position = await createRoutedBlocks(publishing.inside.collections).position();
      const newest = await changes.findOne().sort({ _id: -1 }).lean();
      await publishing.apply(overtaken.slice(3));
      await changes.deleteMany({ _id: { $lte: newest!._id } });
      await publisher.route();
      expect((await routed.findOne().lean())?.missed).toMatchObject({ from: position + 1, to: newest!._id });
      await publisher.send(destination, overtaken[0]!.order);
      expect(publisher.sent.map(({ event }) => event)).toEqual([overtaken[3]!.id]);

      await again(name, from);
      await publisher.scanAll();
      for (const [first] of [lost, overtaken]) await publisher.send(destination, first!.order);
      const sentOf = (life: WaitingEvent[]) =>
        publisher.sent
          .filter(({ order }) => order === life[0]!.order)
          .map(({ event, topic }) => event ?? topic);
      expect(sentOf(lost)).toEqual(lost.map(({ id }) => id));
      // Older changes after a newer one would be out of sequence: its newest state stands for them.
      expect(sentOf(overtaken)).toEqual([overtaken[3]!.id, 'lockstep/backfilled']);
    });

    test('is one at a time', async () => {
      const name = `d-${randomUUID()}`;
      await publishing.destination(name, {}, null);
      expect(await again(name, null)).toBeNull();
      await publisher.scanAll();
      expect(await again(name, new Date(0))).toMatchObject({ backfill: { from: new Date(0), orders: 0 } });
      await publisher.scanAll();
      expect(await again('nothing', null)).toBeNull();
    });
  });
});
