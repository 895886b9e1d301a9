import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import type { ShopDomain } from '../../src/order/identity.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { ADA, BOB, fulfillmentBody, orderBody, tracesOf } from '../compliance/persons.ts';
import { everythingKept } from '../support/everything-kept.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { StackWithShopify, TOKEN_KEY } from '../support/stack-with-shopify.ts';
import { until } from '../support/until.ts';

const TOKEN = /shp(at|rt)_[0-9a-f]{32}/;
/** A redaction makes two passes or more. */
const REDACTED_MS = 150_000;

/**
 * The whole life of two shops with real programs; one installs with the authorization code grant, one from
 * the page in its admin.
 */
describe('a shop', () => {
  let world: StackWithShopify;
  let byGrant: FakeShop;
  let byPage: FakeShop;
  beforeAll(async () => {
    world = await StackWithShopify.start({}, { LOG_LEVEL: 'trace', HOLD_FOR_CREATE_MS: '0' });
    byGrant = world.shopify.shop('by-grant.myshopify.com');
    byPage = world.shopify.shop('by-page.myshopify.com');
  }, 60_000);
  afterAll(() => world.stop());

  /** As stored in the collection, and as operators see it. */
  const state = async (shop: FakeShop): Promise<unknown[]> => {
    const { json } = await world.stack.api(`/shops?name=${shop.name}`);
    const [row] = json.shops as { state: string }[];
    return [(await world.shopOf(shop))?.state, row?.state];
  };
  const orders = ({ name }: FakeShop) =>
    world.collections.orders.countDocuments({ shop: name as ShopDomain });
  const sessions = ({ name }: FakeShop) => world.collections.sessions.countDocuments({ shop: name });
  /** What the audit log says about a shop, oldest first. */
  const acts = async ({ name }: FakeShop): Promise<string[]> => {
    const { json } = await world.stack.api('/audit?limit=200');
    const entries = json.entries as { target: string; action: string; outcome: string; detail: string }[];
    return entries
      .filter(({ target }) => target === name)
      .map(({ action, outcome, detail }) => `${action} ${outcome}: ${detail}`)
      .toReversed();
  };
  const outcomes = async ({ name }: FakeShop, topic: string) => {
    const found = await world.collections.events.find({ order: `${name}/-`, topic }).sort({ appliedAt: 1 });
    return found.map(({ outcome }) => outcome);
  };
  /** A webhook that we make ourselves, with distinguishable persons. */
  const send = async ({ name }: FakeShop, topic: string, body: object): Promise<void> => {
    const { json } = await world.stack.send({
      topic,
      shop: name,
      webhookId: randomUUID(),
      eventId: randomUUID(),
      triggeredAt: new Date(),
      body: Buffer.from(JSON.stringify(body)),
    });
    expect(json.outcome).toBe('accepted');
  };
  const kept = () => everythingKept(world.stack.names);

  test('installs with the authorization code grant', async () => {
    const answer = await world.grant(byGrant);
    expect([answer.status, answer.headers.location]).toEqual([
      302,
      `${world.shopify.url}/${byGrant.name}/admin/apps/the-client-id`,
    ]);
    expect(await state(byGrant)).toEqual(['installed', 'installed']);
    expect(await acts(byGrant)).toEqual([`shop.install done: scopes ${ALL_SCOPES.join(',')}`]);
  });

  test('installs by the page, where the admin installed the app', async () => {
    byPage.install(ALL_SCOPES);
    expect(await world.open(byPage)).toMatchObject({ connected: true, attention: [] });
    expect(await state(byPage)).toEqual(['installed', 'installed']);
    expect(await acts(byPage)).toEqual([`shop.install done: scopes ${ALL_SCOPES.join(',')}`]);
  });

  test('its orders arrive, and its page says so', async () => {
    for (const shop of [byGrant, byPage]) {
      await shop.sell(3);
      await send(shop, 'orders/create', orderBody(ADA, 1));
      await send(shop, 'fulfillments/create', fulfillmentBody(ADA, 1));
      await send(shop, 'orders/create', orderBody(BOB, 2));
      // Without an order: it is parked.
      await send(shop, 'orders/updated', orderBody(ADA, 3, { updated_at: 'in the evening' }));
    }
    await world.settled();
    expect(await orders(byPage)).toBe(5);
    expect(await world.open(byPage)).toMatchObject({
      sentence: 'Not all orders are up to date: 1 update could not be applied.',
      figures: expect.arrayContaining([{ name: 'Updates waiting', value: '0' }]),
    });
    expect(tracesOf(ADA, await kept())).not.toEqual([]);
  });

  test('uninstalls: its tokens are deleted, and its page cannot be used', async () => {
    byGrant.uninstall();
    await world.settled();
    expect(await state(byGrant)).toEqual(['uninstalled', 'uninstalled']);
    expect(await sessions(byGrant)).toBe(0);
    expect((await acts(byGrant)).at(-1)).toBe('shop.uninstall done: done');
    expect(await world.open(byGrant)).toMatchObject({ connected: false, sentence: 'Action needed.' });
  });

  test('installs again with the authorization code grant, and is up to date', async () => {
    expect((await world.grant(byGrant)).status).toBe(302);
    expect(await state(byGrant)).toEqual(['installed', 'installed']);
    expect(await world.open(byGrant)).toMatchObject({ connected: true, attention: [] });
    await byGrant.sell(1);
    await world.settled();
    expect(await orders(byGrant)).toBe(6);
  });

  test('uninstalls and installs again by the page before the uninstall webhook: that webhook is too late', async () => {
    byPage.switch({ hold: 100 });
    byPage.uninstall();
    byPage.switch({ hold: 0 });
    byPage.reinstall();
    expect(await world.open(byPage)).toMatchObject({ connected: true, attention: [] });
    byPage.release();
    await world.settled();
    expect(await outcomes(byPage, 'app/uninstalled')).toEqual(['stale']);
    expect(await state(byPage)).toEqual(['installed', 'installed']);
    expect(await sessions(byPage)).toBe(1);
    expect((await acts(byPage)).slice(-2)).toEqual([
      `shop.install done: scopes ${ALL_SCOPES.join(',')}`,
      'shop.uninstall done: nothing: a newer state of the shop is known',
    ]);
    const { exchanges } = byPage.calls;
    expect(await world.open(byPage)).toMatchObject({ connected: true, attention: [] });
    expect(byPage.calls.exchanges).toBe(exchanges);
  });

  test('a customer is to be erased, and is, everywhere; another is not', async () => {
    byGrant.redactCustomer(ADA.id);
    byPage.redactCustomer(ADA.id);
    await world.settled();
    await until(async () => tracesOf(ADA, await kept()).length === 0, REDACTED_MS, 'nothing of Ada');
    expect(tracesOf(BOB, await kept())).not.toEqual([]);
    // Later webhooks are redacted on arrival; those of the first seconds, by the last pass.
    await send(byPage, 'orders/updated', orderBody(ADA, 1, { updated_at: '2026-11-27T15:00:00Z' }));
    await world.settled();
    const isRedacted = async () => {
      await world.redactionsContinue();
      return tracesOf(ADA, await kept()).length === 0;
    };
    await until(isRedacted, REDACTED_MS, 'nothing of Ada again');
    expect(await acts(byPage)).toContain('compliance.ask done: done');
  }, 180_000);

  test('uninstalls and is to be erased: no personal data of it is left', async () => {
    byGrant.uninstall();
    byGrant.redact();
    await world.settled();
    const areDone = async () => {
      await world.redactionsContinue();
      return (await world.stack.api('/compliance?state=open')).json.requests?.toString() === '';
    };
    await until(areDone, REDACTED_MS, 'all redactions');
    const lines = (await kept()).split('\n').filter((line) => line.includes(byGrant.name));
    expect(tracesOf(BOB, lines.join('\n'))).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/@example\.com|@bird\.example/);
    expect(tracesOf(BOB, await kept())).not.toEqual([]);
    expect(await state(byGrant)).toEqual(['uninstalled', 'uninstalled']);
    expect((await world.shopOf(byGrant))?.redactedAt).toBeInstanceOf(Date);
    const done = (await world.stack.api('/compliance?state=done')).json.requests;
    expect(done).toHaveLength(3);
    expect(done).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'shop/redact' })]));
    expect((await acts(byGrant)).filter((act) => act.startsWith('compliance.redact done'))).toHaveLength(2);
  }, 180_000);

  test('its tokens were in no log and no error, and are nowhere in plain text', async () => {
    expect(world.stack.heard).toContain('"msg":"webhook"');
    const asked = ['/shops', '/audit?limit=200', '/compliance?state=done', '/parked', '/status', '/doctor'];
    const told = await Promise.all(asked.map(async (place) => (await world.stack.api(place)).text));
    const all = [world.stack.heard, await kept(), ...told].join('\n');
    expect(all).toContain(byPage.name);
    expect(all).not.toMatch(TOKEN);
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain(TOKEN_KEY);
    expect(world.stack.heard).not.toMatch(/@example\.com|@bird\.example|555-01/);
    // The searched values did exist.
    expect(byPage.tokens.issue('read_orders', true)).toMatchObject({
      access_token: expect.stringMatching(TOKEN),
      refresh_token: expect.stringMatching(TOKEN),
    });
  });
});
