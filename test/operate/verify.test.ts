import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toDocument } from '../../src/persist/order-document.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { isRight, verifiedText, verifyAll } from '../../src/ops/verified-text.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { lifeEvents, lived, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf } from '../support/waiting-event.ts';

const RETENTION_DAYS = 90;
const ORDERS = 7;

describe('verify', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
    for (let number = 1; number <= ORDERS; number += 1) await lived(inside, number);
  });
  afterAll(() => inside.close());
  const verify = (limit = 100, filter = {}, retentionDays = RETENTION_DAYS) =>
    createVerifier(inside.collections, retentionDays, inside.tools.keepBody)({ limit, ...filter });

  test('everything is right after drains, page by page and in one page', async () => {
    const whole = await verify();
    expect(whole).toMatchObject({ orders: ORDERS, wrong: [], cursor: null, appliedTwice: 0, wrongState: 0 });
    expect(whole.events).toBe(await inside.collections.events.countDocuments());
    const pages: number[] = [];
    const added = await verifyAll({}, async (place) => {
      const after = new URLSearchParams(place.split('?')[1]).get('cursor') ?? undefined;
      const page = await verify(3, { after });
      pages.push(page.orders);
      return page;
    });
    expect(pages).toEqual([3, 3, 1]);
    expect(added).toEqual(whole);
    expect(isRight(added)).toBe(true);
  });

  test('a page ends when its bodies have too many bytes, and the next one continues after it', async () => {
    const small = createVerifier(inside.collections, RETENTION_DAYS, inside.tools.keepBody, {
      pageBytes: 1,
      orderMs: 60_000,
    });
    let [orders, pages, after] = [0, 0, undefined as string | undefined];
    do {
      const page = await small({ limit: 5, after });
      orders += page.orders;
      pages += 1;
      after = page.cursor ?? undefined;
    } while (after !== undefined);
    expect([orders, pages]).toEqual([ORDERS, 2]);
  });

  test('an order that takes too long counts as too large, and the next page continues after it', async () => {
    const hasty = createVerifier(inside.collections, RETENTION_DAYS, inside.tools.keepBody, {
      pageBytes: 1e9,
      orderMs: -1,
    });
    const page = await hasty({ limit: 100 });
    expect(page).toMatchObject({ orders: 1, tooLarge: 1, wrongState: 0, wrong: [] });
    expect(page.cursor).not.toBeNull();
    expect(await hasty({ limit: 100, after: page.cursor ?? undefined })).toMatchObject({ orders: 1 });
  });

  test('only one shop, only orders committed since a time', async () => {
    expect((await verify(100, { shop: 'example.myshopify.com' })).orders).toBe(ORDERS);
    expect((await verify(100, { shop: 'another.myshopify.com' })).orders).toBe(0);
    expect((await verify(100, { since: Date.UTC(2030, 0) })).orders).toBe(0);
  });

  test('an order that was changed by hand and one that was deleted are found and named', async () => {
    const [changed, deleted] = [lifeEvents(2)[0]!.order, lifeEvents(5)[0]!.order];
    await inside.collections.orders.updateOne({ _id: changed }, { $set: { name: '#0' } });
    await inside.collections.orders.deleteOne({ _id: deleted });
    const found = await verify();
    expect(found).toMatchObject({ orders: ORDERS, wrongState: 2 });
    expect(found.wrong.map(({ order }) => order).toSorted()).toEqual([changed, deleted].toSorted());
    expect(isRight(found)).toBe(false);
    const text = verifiedText(found, { waitingEvents: 0, parked: 0, spooled: 0 } as SystemStatus);
    expect(text).toContain(`${changed}  wrongState 1`);
    expect(text).toMatch(/ name: stored #0, rebuilt #\d+/);
  });

  test('a damaged document and a damaged entry are findings with their field; the rest is verified', async () => {
    const [document, entry] = [lifeEvents(3)[0]!.order, lifeEvents(4)[0]!.order];
    await inside.collections.orders.collection.updateOne(
      { _id: document as never },
      { $set: { applied: 'oops', changedAt: 'yesterday' } },
    );
    const [event] = await inside.collections.events.find({ order: entry }).lean();
    await inside.collections.events.collection.updateOne(
      { _id: event!._id as never },
      { $set: { payload: 'no payload' } },
    );
    const found = await verify();
    expect(found).toMatchObject({ orders: ORDERS, damaged: 2 });
    const damage = Object.fromEntries(found.wrong.map((each) => [each.order, each.damage]));
    expect(damage[document]).toEqual(['order.applied: expected a list, found text']);
    expect(damage[entry]).toEqual([`event ${event!._id.slice(0, 12)}.payload: expected a compressed body`]);
    expect(isRight(found)).toBe(false);
    expect(verifiedText(found, null)).toContain('order.applied: expected a list, found text');
  });

  test('if the journal has expired, only the sequence is checked', async () => {
    const key = keyOf('77');
    const at = Date.now() - 100 * 86_400_000;
    const statusHistory = [{ occurredAt: at, appliedAt: at }] as Order['statusHistory'];
    await inside.collections.orders.create(
      toDocument(key, { ...newOrder(key), sequence: 40, statusHistory }, 0),
    );
    expect(await verify(1, { after: keyOf('76') })).toMatchObject({ orders: 1, tooOld: 1, appliedTwice: 0 });
    expect(await verify(1, { after: keyOf('76') }, 3650)).toMatchObject({ tooOld: 0, appliedTwice: 40 });
  });
});
