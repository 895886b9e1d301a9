import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import type { BodySetting } from '../../src/persist/stored-body.ts';
import { lookAtRebuild, rebuildOrder, type RebuildTools } from '../../src/operate/steering/order-rebuild.ts';
import { rebuildPage } from '../../src/operate/steering/rebuild-page.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { depositAll, lived, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const AGREES = 'the order agrees with its journal: nothing was changed';

const FACTS = ['financialStatus', 'currency', 'totalPrice', 'createdAt', 'tags'];
const NEWER = ['body', 'bodySource', 'grossSales', 'unitsSold', 'taxesIncluded', 'cancelledAt', 'deletedAt'];

function asText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return value instanceof mongo.Decimal128 ? value.toString() : value;
}

describe('a rebuild brings an order in line with its journal, this version and ORDER_BODY', () => {
  let inside: Inside;
  const tools = (setting: BodySetting): RebuildTools => {
    const { lock, lockKey } = inside.tools;
    const keepBody = createBodyKeeper(setting);
    return { collections: inside.collections, lock, lockKey, keepBody, setting, now: Date.now };
  };
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const documentOf = async (order: OrderKey) =>
    await inside.collections.orders.collection.findOne({ _id: order as never });
  const expire = (order: OrderKey) => inside.collections.events.deleteMany({ order });
  /** On a slow machine, a page of the usual length ends before its last order. */
  const UNHURRIED = { pageMs: 60_000, orderMs: 60_000 };
  const like = (order: OrderKey) => ({ shop: order.split('/')[0]!, limit: 100, dryRun: false });
  /** As an earlier version stored it: `facts` and `ends` as objects, amounts and times as text, no figures, no body. */
  const makeEarlier = async (order: OrderKey) => {
    const document = (await documentOf(order))!;
    const facts = Object.fromEntries(FACTS.map((name) => [name, asText(document[name])]));
    const left = Object.entries(document).filter(([name]) => ![...FACTS, ...NEWER].includes(name));
    const earlier = { ...Object.fromEntries(left), facts, ends: { cancelled: null, deletedAt: null } };
    await inside.collections.orders.collection.replaceOne({ _id: order as never }, earlier);
  };

  test('from its journal: the body is masked, dropped, and stored again', async () => {
    const order = await lived(inside, 1);
    const full = await documentOf(order);
    expect(await lookAtRebuild(order, tools('masked'))).toMatchObject({
      needed: true,
      from: 'journal',
      changes: ['its body stored (ORDER_BODY=masked)'],
      differences: [],
      refused: null,
    });
    expect(await rebuildOrder(order, tools('masked'))).toMatch(
      /^rebuilt from .* its body stored \(ORDER_BODY=masked\)$/,
    );
    const masked = await documentOf(order);
    expect([masked?.bodySource.kept, masked?.body.id]).toEqual(['masked', full?.body.id]);
    expect(await rebuildOrder(order, tools('none'))).toContain('stored without its body (ORDER_BODY=none)');
    expect(await documentOf(order)).not.toHaveProperty('body');
    expect(await rebuildOrder(order, tools('none'))).toBe(AGREES);
    await rebuildOrder(order, tools('full'));
    expect((await documentOf(order))?.body).toEqual(full?.body);
    expect(await rebuildOrder(order, tools('full'))).toBe(AGREES);
  });

  test('without its journal: the body is masked and dropped, and never invented', async () => {
    const order = await lived(inside, 2);
    const before = await documentOf(order);
    await rebuildOrder(order, tools('masked'));
    const asFromJournal = await documentOf(order);
    await inside.collections.orders.collection.replaceOne({ _id: order as never }, { ...before, version: 9 });
    await expire(order);
    expect(await lookAtRebuild(order, tools('masked'))).toMatchObject({
      needed: true,
      from: 'document',
      refused: null,
    });
    expect(await rebuildOrder(order, tools('masked'))).toMatch(
      /^rewritten from its stored document, version 10: its body/,
    );
    const still = (document: object | null) => ({
      ...document,
      version: 0,
      changedAt: null,
      committed: null,
    });
    expect(still(await documentOf(order))).toEqual(still(asFromJournal));
    const refused = expect.stringMatching(/ORDER_BODY=full requires, and its journal no longer has events/);
    expect(await lookAtRebuild(order, tools('full'))).toMatchObject({ needed: true, refused });
    await expect(rebuildOrder(order, tools('full'))).rejects.toMatchObject({
      code: 'conflict',
      message: refused,
    });
    await rebuildOrder(order, tools('none'));
    expect(await documentOf(order)).not.toHaveProperty('bodySource');
    expect((await documentOf(order))?.totalPrice).toEqual(before?.totalPrice);
  });

  test('with the end of its journal: its newest body is still there', async () => {
    const order = await lived(inside, 3);
    const before = await documentOf(order);
    await inside.collections.orders.collection.updateOne(
      { _id: order as never },
      { $unset: { body: 1, bodySource: 1 } },
    );
    await inside.collections.events.deleteOne({ order, sequence: 1 });
    expect(await rebuildOrder(order, tools('full'))).toMatch(/^rewritten from its stored document/);
    expect((await documentOf(order))?.body.updated_at).toEqual(before?.body.updated_at);
  });

  test('a body that was removed at the request of Shopify is not missing', async () => {
    const order = await lived(inside, 4);
    await inside.collections.orders.collection.updateOne(
      { _id: order as never },
      { $unset: { body: 1, bodySource: 1 } },
    );
    await expire(order);
    const asked = { kind: 'customers/redact', shop: order.split('/')[0]!, orders: [order.split('/')[1]!] };
    const { compliance } = inside.collections;
    const now = new Date();
    await compliance.create({ _id: 'r1', ...asked, receivedAt: now, dueAt: now, state: 'working' } as never);
    expect((await lookAtRebuild(order, tools('full'))).refused).not.toMatch(/body/);
    await compliance.updateOne({ _id: 'r1' }, { $set: { state: 'done' } });
    expect(await lookAtRebuild(order, tools('full'))).toMatchObject({
      refused: expect.stringMatching(/^its journal/),
      changes: [],
    });
    await compliance.deleteMany({});
  });

  test('a shop that was redacted, and has installed the app again: only bodies from before are not missing', async () => {
    const order = await lived(inside, 5);
    const { compliance, orders, shops } = inside.collections;
    const [shop = ''] = order.split('/');
    await orders.collection.updateOne({ _id: order as never }, { $unset: { body: 1, bodySource: 1 } });
    await expire(order);
    const newest = (await documentOf(order))?.snapshot as { at: Date };
    const dueAt = new Date();
    const asked = { _id: 'r2', kind: 'shop/redact' as const, shop, dueAt, state: 'done' as const };
    await compliance.create({ ...asked, receivedAt: newest.at });
    await shops.create({ _id: shop, state: 'installed', installedAt: new Date(newest.at.getTime() + 1) });
    const refused = async () => (await lookAtRebuild(order, tools('full'))).refused;
    expect(await refused()).not.toMatch(/body/);
    await compliance.updateOne({ _id: 'r2' }, { $set: { receivedAt: new Date(newest.at.getTime() - 1) } });
    expect(await refused()).toMatch(/body/);
    await shops.updateOne({ _id: shop }, { $set: { state: 'uninstalled' } });
    expect(await refused()).not.toMatch(/body/);
    await Promise.all([compliance.deleteMany({}), shops.deleteMany({})]);
  });

  test('an order too large for its body is stored without it, and then needs nothing', async () => {
    const order = keyOf('77');
    // Each is accepted; together they are 19.5 MB.
    const slim = [1, 2, 3, 4, 5].map((i) =>
      waitingEvent(
        'orders/updated',
        { id: 77, updated_at: `2026-11-20T10:0${i}:00Z`, [`field_${i}`]: 'x'.repeat(3_900_000) },
        { order, triggeredAt: `2026-11-20T10:0${i}:00Z` },
      ),
    );
    for (const event of slim) {
      await depositAll(inside, [event]);
      await drainOrder(order, inside.tools);
    }
    expect((await documentOf(order))?.bodySource).toMatchObject({
      leftOut: expect.stringContaining('16 MB'),
    });
    expect(await rebuildOrder(order, tools('full'))).toBe(AGREES);
    expect(await rebuildOrder(order, tools('none'))).toContain('stored without its body (ORDER_BODY=none)');
    expect(await rebuildOrder(order, tools('full'))).toContain(
      'stored without its body: with its body, the order would be larger',
    );
    await rebuildOrder(order, tools('full'));
    expect((await documentOf(order))?.body).toBeNull();
  });

  test('all orders, page by page: each needs nothing afterwards, and refusals are named', async () => {
    await inside.collections.orders.deleteMany({});
    await inside.collections.events.deleteMany({});
    const [fine, wrong, earlier, gone, expired, broken] = [
      await lived(inside, 11),
      await lived(inside, 12),
      await lived(inside, 13),
      await lived(inside, 14),
      await lived(inside, 15),
      await lived(inside, 16),
    ];
    const before = await documentOf(earlier);
    await inside.collections.orders.updateOne({ _id: wrong }, { $set: { name: '#0' } });
    await makeEarlier(earlier);
    await inside.collections.orders.deleteOne({ _id: gone });
    await makeEarlier(expired);
    await expire(expired);
    await inside.collections.events.deleteOne({ order: broken, sequence: 2 });
    const dry = await rebuildPage({ ...like(fine), dryRun: true }, tools('full'), UNHURRIED);
    expect(dry).toMatchObject({ looked: 6, needed: 5, rebuilt: 0, unchanged: 1, refusals: 2, cursor: null });
    expect((await documentOf(wrong))?.name).toBe('#0');

    const first = await rebuildPage({ ...like(fine), limit: 3 }, tools('full'), UNHURRIED);
    expect(first).toMatchObject({ looked: 3, rebuilt: 2, unchanged: 1, refusals: 0, cursor: earlier });
    const second = await rebuildPage({ ...like(fine), after: first.cursor! }, tools('full'), UNHURRIED);
    expect(second).toMatchObject({ looked: 3, needed: 3, rebuilt: 2, refusals: 2, cursor: null });
    expect(second.refused).toEqual([
      {
        order: expired,
        because: expect.stringContaining('its body is not stored as ORDER_BODY=full requires'),
      },
      { order: broken, because: expect.stringContaining('missing in the middle') },
    ]);
    const after = await documentOf(earlier);
    expect({ ...after, version: 0, changedAt: 0, committed: undefined }).toEqual({
      ...before,
      version: 0,
      changedAt: 0,
      committed: undefined,
    });
    expect((await documentOf(expired))?.grossSales).toBeDefined();
    expect(await documentOf(expired)).not.toHaveProperty('facts');
    const again = await rebuildPage(like(fine), tools('full'), UNHURRIED);
    expect(again).toMatchObject({ looked: 6, rebuilt: 0, unchanged: 4, refusals: 2 });
    expect(
      await rebuildPage({ ...like(fine), shop: 'other.myshopify.com' }, tools('full'), UNHURRIED),
    ).toMatchObject({
      looked: 0,
    });
    expect(
      (await createVerifier(inside.collections, 90, tools('full').keepBody)({ limit: 100 })).wrongState,
    ).toBe(0);
  });

  test('an order with events that its journal does not have is left alone', async () => {
    const order = await lived(inside, 21);
    const { sequence } = (await documentOf(order))!;
    await inside.collections.events.deleteOne({ order, sequence });
    const before = await documentOf(order);
    const page = await rebuildPage(
      { ...like(order), after: `${order.slice(0, -1)}` },
      tools('full'),
      UNHURRIED,
    );
    expect(page.refused).toContainEqual({ order, because: '1 of its events are not in its journal' });
    expect(await documentOf(order)).toEqual(before);
    // Without its body, nothing of the journal is needed.
    expect(await rebuildPage(like(order), tools('none'), UNHURRIED)).toMatchObject({
      rebuilt: expect.any(Number),
    });
    expect(await documentOf(order)).not.toHaveProperty('body');
    expect((await documentOf(order))?.sequence).toBe(sequence);
  });

  test('a page ends in time, and continues where it ended', async () => {
    const orders = await Promise.all([31, 32, 33].map((number) => lived(inside, number)));
    const limits = { pageMs: 0, orderMs: 3000 };
    const page = await rebuildPage(like(orders[0]!), tools('full'), limits);
    expect([page.looked, page.cursor]).toEqual([1, expect.any(String)]);
    const cut = await rebuildPage(like(orders[0]!), tools('full'), { pageMs: 1000, orderMs: 0 });
    expect(cut.refused[0]?.because).toContain('rebuild it alone');
  });

  test('an order that is being drained is refused after a moment, and the others are rebuilt', async () => {
    const [held, other] = [await lived(inside, 41), await lived(inside, 42)];
    await inside.collections.orders.updateMany({ _id: { $in: [held, other] } }, { $set: { name: '#0' } });
    const lease = await inside.tools.lock.acquire(inside.tools.lockKey(held), 'test');
    const page = await rebuildPage(like(held), tools('full'), UNHURRIED);
    await lease?.release();
    expect(page.refused).toContainEqual({
      order: held,
      because: expect.stringContaining('is being drained'),
    });
    expect((await documentOf(held))?.name).toBe('#0');
    expect((await documentOf(other))?.name).not.toBe('#0');
  });
});
