import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toDocument } from '../../src/persist/order-document.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { verifier } from '../../src/watch/stories/verifier.ts';
import { isRight, verifiedText, verifyAll } from '../../src/watch/ops/ops-verify.ts';
import type { SystemStatus } from '../../src/watch/shapes/system.ts';
import { depositAll, lifeEvents, openInside, type Inside } from '../support/inside.ts';
import { keyOf } from '../support/waiting-event.ts';

const RETENTION_DAYS = 90;
const ORDERS = 7;

describe('verify', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInside();
    for (let number = 1; number <= ORDERS; number += 1) {
      const events = lifeEvents(number);
      await depositAll(inside, events);
      await drainOrder(events[0]!.order, inside.tools);
    }
  });
  afterAll(() => inside.close());
  const verify = (limit = 100, filter = {}, retentionDays = RETENTION_DAYS) =>
    verifier(inside.collections, retentionDays)({ limit, ...filter });

  test('all is right after drains, page by page and at once', async () => {
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

  test('only one shop, only what was committed since', async () => {
    expect((await verify(100, { shop: 'example.myshopify.com' })).orders).toBe(ORDERS);
    expect((await verify(100, { shop: 'another.myshopify.com' })).orders).toBe(0);
    expect((await verify(100, { since: Date.UTC(2030, 0) })).orders).toBe(0);
  });

  test('an order that was changed by hand, and one that was deleted, are found and named', async () => {
    const [changed, deleted] = [lifeEvents(2)[0]!.order, lifeEvents(5)[0]!.order];
    await inside.collections.orders.updateOne({ _id: changed }, { $set: { name: '#0' } });
    await inside.collections.orders.deleteOne({ _id: deleted });
    const found = await verify();
    expect(found).toMatchObject({ orders: ORDERS, wrongState: 2 });
    expect(found.wrong.map(({ order }) => order).toSorted()).toEqual([changed, deleted].toSorted());
    expect(isRight(found)).toBe(false);
    const text = verifiedText(found, { waitingEvents: 0, parked: 0, spooled: 0 } as SystemStatus);
    expect(text).toContain(`${changed}  wrongState 1`);
  });

  test('where the journal has ended, only the sequence is checked', async () => {
    const key = keyOf('77');
    const statusHistory = [{ appliedAt: Date.now() - 100 * 86_400_000 }] as Order['statusHistory'];
    await inside.collections.orders.create(
      toDocument(key, { ...newOrder(key), sequence: 40, statusHistory }, 0),
    );
    expect(await verify(1, { after: keyOf('76') })).toMatchObject({ orders: 1, tooOld: 1, appliedTwice: 0 });
    expect(await verify(1, { after: keyOf('76') }, 3650)).toMatchObject({ tooOld: 0, appliedTwice: 40 });
  });
});
