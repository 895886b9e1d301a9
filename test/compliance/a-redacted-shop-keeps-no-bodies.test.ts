import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, fulfillmentBody, orderBody, tracesOf } from './persons.ts';

const OTHER = 'other.myshopify.com';
const WISH = { shop_id: 954889, shop_domain: SHOP };

describe('shop/redact', () => {
  let compliance: ComplianceInside;
  beforeEach(async () => {
    compliance = await ComplianceInside.open();
    await compliance.shops.installed(SHOP, ['read_orders'], new Date(compliance.nowMs));
    await compliance.send('orders/create', orderBody(ADA, 1));
    await compliance.send('fulfillments/create', fulfillmentBody(ADA, 1));
    await compliance.send('orders/create', orderBody(BOB, 2, { updated_at: 'no time' }));
    await compliance.send('orders/create', '{no JSON, but canary.ada@bird.example}');
    await compliance.send('orders/create', orderBody(BOB, 3), { shop: OTHER });
    await compliance.drain();
    compliance.later();
  });
  afterEach(() => compliance.close());

  const tracesIn = (text: string, shop: string) =>
    [...tracesOf(ADA, text), ...tracesOf(BOB, text)].filter((line) => line.includes(shop));

  test('leaves no body and no personal data in any collection or key; another shop is not touched', async () => {
    const before = await compliance.everything();
    expect(tracesIn(before, SHOP).length).toBeGreaterThan(4);
    await compliance.sendAndDrain('shop/redact', WISH);
    await compliance.redact();
    const after = await compliance.everything();
    expect(tracesIn(after, SHOP)).toEqual([]);
    expect(tracesIn(after, OTHER)).toEqual(tracesIn(before, OTHER));
    expect(await compliance.records()).toMatchObject([
      { kind: 'shop/redact', customer: null, state: 'done', counts: { events: 5, parked: 2, orders: 1 } },
    ]);
    expect(await compliance.shops.find(SHOP)).toMatchObject({
      state: 'uninstalled',
      redactedAt: new Date(compliance.nowMs),
    });
  });

  test('keeps what bookkeeping needs, and verify finds no errors', async () => {
    await compliance.sendAndDrain('shop/redact', WISH);
    await compliance.redact();
    const { collections, tools } = compliance.inside;
    expect(await tools.orders.load(keyOf('1'))).toMatchObject({
      name: '#1',
      status: 'shipped',
      facts: { totalPrice: '19.00' },
      sequence: 2,
      customers: [],
    });
    const found = await createVerifier(collections, 90)({ limit: 100, shop: SHOP });
    expect(found).toMatchObject({ orders: 1, wrongState: 0, inversions: 0, tooOld: 1 });
    const parked = await collections.parked.find({ shop: SHOP }).lean();
    expect(parked.map(({ state }) => state)).toEqual(['discarded', 'discarded']);
  });

  test('an interrupted pass continues with the order where it stopped', async () => {
    await compliance.send('orders/create', orderBody(ADA, 4));
    await compliance.send('orders/create', orderBody(ADA, 5));
    await compliance.sendAndDrain('shop/redact', WISH);
    const real = compliance.nowMs;
    // The clock advances 15 s with every reading: one or two orders per run.
    Object.defineProperty(compliance, 'nowMs', { get: () => (ticks += 15_000), configurable: true });
    let ticks = real;
    await compliance.runner.round();
    const [stopped] = await compliance.records();
    expect(stopped).toMatchObject({ state: 'working', passes: 0 });
    expect(JSON.parse(String(stopped?.cursor))).toMatchObject({ stage: 0, found: expect.any(Number) });
    Object.defineProperty(compliance, 'nowMs', { value: ticks, writable: true });
    await compliance.redact();
    expect(tracesIn(await compliance.everything(), SHOP)).toEqual([]);
  });

  test('masks late events until the shop installs the app again', async () => {
    await compliance.sendAndDrain('shop/redact', WISH);
    await compliance.redact();
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 6));
    expect(tracesIn(await compliance.everything(), SHOP)).toEqual([]);
    compliance.later();
    await compliance.shops.installed(SHOP, [], new Date(compliance.nowMs));
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 7));
    expect(tracesIn(await compliance.everything(), SHOP)).toHaveLength(2);
  });

  test('is void if the shop has installed the app again, before it arrives or while it is running', async () => {
    const triggeredAt = new Date(compliance.nowMs).toISOString();
    compliance.later();
    await compliance.shops.uninstalled(SHOP, new Date(compliance.nowMs));
    await compliance.sendAndDrain('shop/redact', WISH);
    compliance.later();
    await compliance.shops.installed(SHOP, [], new Date(compliance.nowMs));
    compliance.later();
    await compliance.sendAndDrain('shop/redact', WISH, { triggeredAt });
    expect(await compliance.outcomes('shop/redact')).toEqual(['applied', 'stale']);
    const before = tracesIn(await compliance.everything(), SHOP);
    await compliance.redact();
    expect(await compliance.records()).toMatchObject([
      { state: 'done', counts: {}, because: expect.stringContaining('installed the app again') },
    ]);
    expect(tracesIn(await compliance.everything(), SHOP)).toEqual(before);
  });

  test('P8: a request that becomes void between its passes is closed in the audit log', async () => {
    compliance.later();
    await compliance.shops.uninstalled(SHOP, new Date(compliance.nowMs));
    await compliance.sendAndDrain('shop/redact', WISH);
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'working', passes: 1 }]);
    compliance.later();
    await compliance.shops.installed(SHOP, [], new Date(compliance.nowMs));
    await compliance.runner.round();
    compliance.nowMs += 60_000;
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'done' }]);
    const acts = await compliance.inside.collections.audit.find({ action: 'compliance.redact' }).lean();
    expect(acts).toMatchObject([
      { outcome: 'done', detail: expect.stringContaining('installed the app again') },
    ]);
  });

  test('an old request that is sent again while the shop has the app erases nothing, and masks no new events', async () => {
    const before = tracesIn(await compliance.everything(), SHOP);
    compliance.isIn = 'unknown';
    await compliance.sendAndDrain('shop/redact', WISH);
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'asked', passes: 0 }]);
    compliance.isIn = 'in';
    compliance.nowMs += 1000;
    await compliance.redact();
    expect(await compliance.records()).toMatchObject([
      { state: 'done', counts: {}, because: expect.stringContaining('has the app') },
    ]);
    expect(await compliance.shops.find(SHOP)).toMatchObject({ state: 'installed', redactedAt: null });
    expect(tracesIn(await compliance.everything(), SHOP)).toEqual(before);
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 8));
    expect(tracesIn(await compliance.everything(), SHOP).length).toBeGreaterThan(before.length);
  });
});
