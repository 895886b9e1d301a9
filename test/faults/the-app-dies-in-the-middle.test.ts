import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { ADA, orderBody, tracesOf } from '../compliance/persons.ts';
import { everythingKept } from '../support/everything-kept.ts';
import { http } from '../support/http.ts';
import { StackWithShopify } from '../support/stack-with-shopify.ts';
import { until } from '../support/until.ts';

/** Shopify has carried it out, and its answer is on the way: enough time to be killed. */
const SLOW = { at: 'tokens', ms: 3000 } as const;
const REDACTED_MS = 150_000;

/** SIGKILL when Shopify has done its part and ours is not done. */
describe('the app is killed', () => {
  let world: StackWithShopify;
  let redacted: FakeShop;
  let shop: FakeShop;
  beforeAll(async () => {
    world = await StackWithShopify.start({}, { LOCK_TTL_MS: '2000', HOLD_FOR_CREATE_MS: '0' });
    redacted = world.shopify.shop('redacted.myshopify.com');
    redacted.install(ALL_SCOPES);
    shop = world.shopify.shop('a-shop.myshopify.com');
  }, 60_000);
  afterAll(() => world.stop());

  const request = () => world.collections.compliance.findOne({ shop: redacted.name }).lean();
  const session = async () =>
    (await world.collections.sessions.findOne({ shop: shop.name }).lean())?.storedAt;
  const audited = async (action: string, target: string) => {
    const found = await world.collections.audit.find({ action, target }).sort({ _id: 1 }).lean();
    return found.map(({ outcome }) => outcome);
  };
  const pass = async () => {
    const body = JSON.stringify({ shop: shop.name, since: '1h', dryRun: false, reason: 'a test' });
    const authorization = `Bearer ${world.stack.token}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const place = `${world.stack.dashboardUrl}/api/reconciles`;
    const { json } = await http(place, { method: 'POST', headers, body });
    return async () => (await world.stack.api(`/reconciles/${String(json.id)}`)).json.state;
  };

  test('between the two passes of a redaction', async () => {
    expect(await world.open(redacted)).toMatchObject({ connected: true });
    const body = Buffer.from(JSON.stringify(orderBody(ADA, 1)));
    const ids = { webhookId: 'one', eventId: 'one' };
    const order = { topic: 'orders/create', shop: redacted.name, ...ids, triggeredAt: new Date(), body };
    await world.stack.send(order);
    await world.settled();
    redacted.uninstall();
    redacted.redact();
    await until(async () => (await request())?.passes === 1, 60_000, 'the first look');
    await world.killApp();
    expect(await request()).toMatchObject({ state: 'working', doneAt: null });
  }, 120_000);

  test('in a grant: nothing is stored, the answer is no longer valid, and the next try installs the shop', async () => {
    shop.troubles.add('slow', SLOW);
    const cut = world.grant(shop).catch(() => 'cut');
    await until(() => shop.calls.codes === 1);
    await world.killApp();
    expect(await cut).toBe('cut');
    expect([await world.shopOf(shop), await session()]).toEqual([null, undefined]);
    expect((await world.grant(shop)).status).toBe(302);
    expect((await world.shopOf(shop))?.state).toBe('installed');
    expect(await audited('shop.install', shop.name)).toEqual(['done']);
  }, 120_000);

  test('in a refresh: the stored tokens still work, and its pass continues', async () => {
    const before = await session();
    shop.tokens.expireAccess();
    shop.troubles.add('slow', SLOW);
    const state = await pass();
    await until(() => shop.calls.refreshes === 1);
    await world.killApp();
    await until(async () => (await state()) === 'done', 60_000, 'the pass');
    expect(shop.calls.refreshes).toBe(2);
    expect((await session())?.getTime()).toBeGreaterThan(before?.getTime() ?? Infinity);
    expect((await world.shopOf(shop))?.attention).toBeNull();
  }, 120_000);

  test('in an exchange, of a shop that came back: opened again, it is installed', async () => {
    shop.uninstall();
    await world.settled();
    shop.reinstall();
    shop.troubles.add('slow', SLOW);
    const cut = world.open(shop).catch(() => 'cut');
    await until(() => shop.calls.exchanges === 1);
    await world.killApp();
    expect(await cut).toBe('cut');
    expect(await world.open(shop)).toMatchObject({ connected: true, attention: [] });
    const state = await pass();
    await until(async () => (await state()) === 'done', 60_000, 'a pass');
    expect(await audited('shop.install', shop.name)).toEqual(['done', 'done']);
  }, 120_000);

  test('in the end the redaction is done, and audited once', async () => {
    const isDone = async () => {
      await world.redactionsContinue();
      return (await request())?.state === 'done';
    };
    await until(isDone, REDACTED_MS, 'the redaction');
    expect(await audited('compliance.redact', redacted.name)).toEqual(['done']);
    expect(tracesOf(ADA, await everythingKept(world.stack.names))).toEqual([]);
    expect((await world.shopOf(redacted))?.redactedAt).toBeInstanceOf(Date);
  }, 180_000);
});
