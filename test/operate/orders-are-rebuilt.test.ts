import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { compress } from '../../src/system/payload.ts';
import { lookAtRebuild, rebuildOrder, type RebuildTools } from '../../src/operate/steering/order-rebuild.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { money } from '../support/money.ts';
import { depositAll, lived, openInProcess, type Inside } from '../support/in-process.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { ServedDashboard } from './served-dashboard.ts';

describe('P4: an order is rebuilt from its journal', () => {
  let inside: Inside;
  let tools: RebuildTools;
  beforeAll(async () => {
    inside = await openInProcess();
    const { collections, tools: drain } = inside;
    const { lock, lockKey, keepBody } = drain;
    tools = { collections, lock, lockKey, keepBody, setting: 'full', now: Date.now };
  });
  afterAll(() => inside.close());

  const documentOf = async (order: OrderKey) =>
    await inside.collections.orders.collection.findOne({ _id: order as never });
  const damage = async (order: OrderKey, fields: object) => {
    await inside.collections.orders.collection.updateOne({ _id: order as never }, { $set: fields });
  };
  const still = (document: object | null) => ({ ...document, version: 0, changedAt: null, committed: null });

  test('to the state that the drain left: a dry run says which fields would change, and changes nothing', async () => {
    const order = await lived(inside, 1);
    const before = await documentOf(order);
    await damage(order, { totalPrice: money('999.00'), lines: [] });
    const wrong = await documentOf(order);
    const look = await lookAtRebuild(order, tools);
    expect(look).toMatchObject({ dryRun: true, needed: true, refused: null, parked: 0, damage: [] });
    expect(look.differences).toContainEqual({
      field: 'totalPrice',
      stored: '999.00',
      rebuilt: String(before?.totalPrice),
    });
    expect(await documentOf(order)).toEqual(wrong);

    expect(await rebuildOrder(order, tools)).toMatch(/^rebuilt from \d+ events, version 2: .*totalPrice/);
    const after = await documentOf(order);
    // Its record of applied events and its history, too, with the original times.
    expect(still(after)).toEqual(still(before));
    expect(after?.version).toBe(2);
    expect(await rebuildOrder(order, tools)).toBe('the order agrees with its journal: nothing was changed');
    expect((await createVerifier(inside.collections, 90, tools.keepBody)({ limit: 100 })).wrong).toEqual([]);
    // The change feed has it after the drain's commit.
    const outgoing = await inside.collections.outbox.find({ order }).sort({ version: 1 }).lean();
    expect(
      outgoing.map(({ _id, record }) => [_id.split('@')[0], record?.events.at(-1)?.topic, record?.changed]),
    ).toEqual([
      [`${order}#1`, expect.any(String), expect.any(Array)],
      [`${order}#2`, 'lockstep/rebuilt', ['totalPrice', 'lines']],
    ]);
  });

  test.each([
    ['a field of the wrong type', { applied: 'oops' }],
    ['a version that is text', { version: 'two' }],
    ['all of them', { facts: 1, ends: 1, applied: 1, statusHistory: 1, position: 1, sequence: null }],
  ])('if its document is damaged: %s', async (_, fields) => {
    const order = await lived(inside, 2);
    const before = await documentOf(order);
    await damage(order, fields);
    const look = await lookAtRebuild(order, tools);
    expect(look.damage.length).toBeGreaterThan(0);
    await rebuildOrder(order, tools);
    expect(still(await documentOf(order))).toEqual(still(before));
  });

  test('if its document is missing', async () => {
    const order = await lived(inside, 4);
    const before = await documentOf(order);
    await inside.collections.orders.deleteOne({ _id: order });
    expect(await lookAtRebuild(order, tools)).toMatchObject({ needed: true, refused: null });
    await rebuildOrder(order, tools);
    expect(still(await documentOf(order))).toEqual(still(before));
  });

  test('P4: a drain that loaded the order before is refused, loads again, and loses nothing', async () => {
    const order = await lived(inside, 5);
    const loaded = await inside.tools.orders.load(order);
    await damage(order, { name: '#0' });
    await rebuildOrder(order, tools);
    expect(await inside.tools.orders.commit({ key: order, order: loaded! })).toBe('outpaced');
    await depositAll(inside, [waitingEvent('disputes/create', { id: 1 }, { order })]);
    await drainOrder(order, inside.tools);
    expect((await inside.tools.orders.load(order))?.parts.disputes).toHaveLength(1);
  });

  test('P4: an order that was committed meanwhile is left as it is', async () => {
    const order = await lived(inside, 6);
    await damage(order, { name: '#0' });
    const acquire: RebuildTools['lock']['acquire'] = async (key, job) => {
      const lease = await inside.tools.lock.acquire(key, job);
      const confirmHeld = async () => {
        await inside.collections.orders.updateOne({ _id: order }, { $inc: { version: 1 } });
      };
      return lease && { ...lease, confirmHeld };
    };
    await expect(rebuildOrder(order, { ...tools, lock: { acquire } })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('changed meanwhile'),
    });
    expect(await documentOf(order)).toMatchObject({ name: '#0' });
  });

  test('an order that is being drained is left alone', async () => {
    const order = await lived(inside, 7);
    const lease = await inside.tools.lock.acquire(inside.tools.lockKey(order), 'test');
    await expect(rebuildOrder(order, tools)).rejects.toMatchObject({ code: 'conflict' });
    await lease?.release();
  });

  test.each<[string, number, (order: OrderKey) => Promise<unknown>, RegExp]>([
    [
      'its first events have expired',
      8,
      (order) => inside.collections.events.deleteMany({ order, sequence: { $lt: 3 } }),
      /begins with event 3: the ones before it were deleted/,
    ],
    [
      'an event is missing in the middle',
      9,
      (order) => inside.collections.events.deleteMany({ order, sequence: 3 }),
      /missing in the middle/,
    ],
    [
      'bodies were deleted by a redaction',
      10,
      (order) =>
        inside.collections.events.updateMany({ order }, { $set: { payload: compress(Buffer.alloc(0)) } }),
      /deleted by a redaction/,
    ],
    [
      'an entry is damaged',
      11,
      (order) => inside.collections.events.updateOne({ order }, { $set: { payload: Buffer.from('x') } }),
      /journal is damaged: event [0-9a-f]{12}.payload/,
    ],
    [
      'its whole journal has expired',
      12,
      (order) => inside.collections.events.deleteMany({ order }),
      /no longer has events/,
    ],
  ])('it is refused, in words, if %s', async (_, number, spoil, words) => {
    const order = await lived(inside, number);
    await spoil(order);
    await damage(order, { name: '#0' });
    expect((await lookAtRebuild(order, tools)).refused).toMatch(words);
    await expect(rebuildOrder(order, tools)).rejects.toMatchObject({ code: 'conflict' });
    expect(await documentOf(order)).toMatchObject({ name: '#0' });
  });

  test('over the API: a dry run is not audited, a rebuild is, with its reason and its fields', async () => {
    const order = await lived(inside, 20);
    const dashboard = await ServedDashboard.start();
    try {
      const copy = async (name: 'orders' | 'events') =>
        await dashboard.collections[name].collection.insertMany(
          await inside.collections[name].collection
            .find({ $or: [{ _id: order as never }, { order }] })
            .toArray(),
        );
      await copy('orders');
      await copy('events');
      await dashboard.collections.orders.updateOne({ _id: order }, { $set: { name: '#0' } });
      const place = `/api/orders/${order}/rebuild`;
      const look = await dashboard.post(place, { dryRun: true });
      expect(look).toMatchObject({ status: 200, json: { dryRun: true, differences: [{ field: 'name' }] } });
      expect(await dashboard.post(place, {})).toMatchObject({ status: 400 });
      expect(await dashboard.post(place, { reason: 'wrong name' }, 'viewer')).toMatchObject({ status: 403 });
      const done = await dashboard.post(place, { reason: 'wrong name' });
      expect(done).toMatchObject({ status: 200, json: { did: expect.stringContaining('version 2: name') } });
      const acts = await dashboard.collections.audit
        .find({ action: 'order.rebuild' })
        .sort({ _id: 1 })
        .lean();
      expect(acts.map(({ target, outcome }) => [target, outcome])).toEqual([
        [order, 'refused'],
        [order, 'done'],
      ]);
      expect(
        await dashboard.post('/api/orders/example.myshopify.com/1/rebuild', { dryRun: true }),
      ).toMatchObject({
        status: 404,
      });
    } finally {
      await dashboard.stop();
    }
  });
});
