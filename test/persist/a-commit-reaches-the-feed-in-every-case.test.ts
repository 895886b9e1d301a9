import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createBlockStore } from '../../src/persist/block-store.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { redactOrders } from '../../src/persist/order-redaction.ts';
import { ensureLastCommit } from '../../src/persist/outbox.ts';
import { createSequencer } from '../../src/persist/sequencer.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('the change feed', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  /** What the feed has of an order so far: version and topic. */
  const fedOf = async (order: OrderKey) => {
    const sequencer = createSequencer(createBlockStore(inside.collections), Date.now);
    while ((await sequencer.step()).isBehind);
    const blocks = await inside.collections.changes.find().sort({ _id: 1 }).lean();
    const commits = blocks.flatMap((block) => block.commits).filter((each) => each.order === order);
    return commits.map(({ version, events }) => `${version} ${events.at(-1)?.topic}`);
  };
  const committed = async (id: string, fields: object) => {
    const order = keyOf(id);
    const event = waitingEvent('orders/create', { id: Number(id), ...fields }, { order });
    const decided = decide(order, null, [event], Date.now(), new Map(), createBodyKeeper('full'));
    await inside.tools.orders.commit({ key: order, order: decided.order! });
    await ensureLastCommit(inside.collections, order, decided.order?.committed, Date.now());
    return order;
  };
  /** The collections of a process that dies instead of this call. */
  const dying = (name: 'orders' | 'outbox', method: string, nth = 1): Collections => {
    let calls = 0;
    const die = (target: object, property: string | symbol) => {
      const value: unknown = Reflect.get(target, property);
      if (property !== method || (calls += 1) < nth)
        return typeof value === 'function' ? value.bind(target) : value;
      return () => Promise.reject(new Error('died'));
    };
    return { ...inside.collections, [name]: new Proxy(inside.collections[name], { get: die }) };
  };
  const redact = (order: OrderKey, collections: Collections = inside.collections) =>
    redactOrders(collections, { $in: [order] }, false, () => false);

  test('P8: a redaction that dies before its write is in it once: after its write', async () => {
    const order = await committed('71', { tags: 'vip' });
    await expect(redact(order, dying('orders', 'updateOne'))).rejects.toThrow('died');
    expect(await fedOf(order)).toEqual(['1 orders/create']);
    expect(await redact(order)).toMatchObject({ rewritten: 1 });
    expect(await fedOf(order)).toEqual(['1 orders/create', '2 lockstep/redacted']);
    expect((await inside.collections.orders.findById(order).lean())?.tags).toEqual([]);
  });

  test('P8: a redaction that dies after its write is in it when the next pass has looked', async () => {
    const order = await committed('72', { tags: 'vip' });
    const { outbox } = inside.collections;
    const client = outbox.db.getClient();
    let writes = 0;
    const died = new Proxy(client, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (property !== 'bulkWrite') return typeof value === 'function' ? value.bind(target) : value;
        writes += 1;
        return writes < 2 ? client.bulkWrite.bind(client) : () => Promise.reject(new Error('died'));
      },
    });
    const db = new Proxy(outbox.db, { get: (t, p) => (p === 'getClient' ? () => died : Reflect.get(t, p)) });
    const half = new Proxy(outbox, { get: (t, p) => (p === 'db' ? db : Reflect.get(t, p)) });
    await expect(redact(order, { ...inside.collections, outbox: half })).rejects.toThrow('died');
    expect((await inside.collections.orders.findById(order).lean())?.tags).toEqual([]);
    expect(await fedOf(order)).toEqual(['1 orders/create']);
    expect(await redact(order)).toMatchObject({ rewritten: 0 });
    expect(await fedOf(order)).toEqual(['1 orders/create', '2 lockstep/redacted']);
  });

  test('an order that was deleted by hand, and comes again, is in it again', async () => {
    const order = await committed('73', { name: 'first' });
    expect(await fedOf(order)).toEqual(['1 orders/create']);
    await inside.collections.orders.deleteOne({ _id: order });
    await new Promise((resolve) => setTimeout(resolve, 2));
    await committed('73', { name: 'second' });
    expect(await fedOf(order)).toEqual(['1 orders/create', '1 orders/create']);
  });

  test('P7: a damaged order that cannot be stored fails alone in its batch', async () => {
    const bad = await committed('81', { line_items: [{ id: 1, quantity: 1, price: '1.00' }] });
    const { tools } = inside;
    const loaded = (await tools.orders.load(bad))!;
    const damaged = { ...loaded, lines: 7 as never };
    const good = ['82', '83', '84'].map((id) => {
      const event = waitingEvent('orders/create', { id: Number(id) }, { order: keyOf(id) });
      return { key: keyOf(id), order: decide(keyOf(id), null, [event], 0).order! };
    });
    const answers = await Promise.allSettled(
      [{ key: bad, order: damaged }, ...good].map((each) => tools.orders.commit(each)),
    );
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    await inside.collections.orders.collection.updateOne(
      { _id: bad as never },
      { $set: { 'lines.0.quantity': 1.5 } },
    );
    const half = (await tools.orders.load(bad))!;
    expect(await tools.orders.commit({ key: bad, order: half })).toBe('committed');
  });
});
