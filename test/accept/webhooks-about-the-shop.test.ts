import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SHOP_TOPICS } from '../../src/order/shop-topics.ts';
import { ServedIngest, SHOP } from './served-ingest.ts';

const OTHER = 'other.myshopify.com';
const COMPLIANCE = ['customers/data_request', 'customers/redact', 'shop/redact'];
const NO_HEADER = { 'x-shopify-shop-domain': undefined };

describe('webhooks about the shop itself', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  /** Sends a webhook, and returns the answer and the shops whose mailboxes grew. */
  async function sendTo(topic: string, body: object | string, headers: object = {}) {
    const shops = [SHOP, OTHER, 'no-shop.invalid'];
    const before = await Promise.all(shops.map((shop) => ingest.waitingIn(`${shop}/-`)));
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { status, json } = await ingest.send(text, { topic, headers: { ...headers } });
    const after = await Promise.all(shops.map((shop) => ingest.waitingIn(`${shop}/-`)));
    return {
      status,
      outcome: json.outcome,
      because: json.because,
      to: shops.filter((_, i) => after[i] !== before[i]),
    };
  }

  test.each(Object.keys(SHOP_TOPICS))('%s with a bad or missing signature is answered 401', async (topic) => {
    const before = await ingest.redis.dbsize();
    for (const signature of [undefined, 'bad', `${'A'.repeat(43)}=`]) {
      const headers = { 'x-shopify-hmac-sha256': signature };
      const { status, json } = await ingest.send(`{"shop_domain":"${SHOP}"}`, { topic, headers });
      expect({ status, json }).toEqual({ status: 401, json: { outcome: 'forged' } });
    }
    expect(await ingest.redis.dbsize()).toBe(before);
  });

  test.each(COMPLIANCE)('%s: the body names the shop, whatever the header says', async (topic) => {
    const ofOther = { shop_domain: OTHER };
    expect(await sendTo(topic, ofOther)).toMatchObject({ status: 200, outcome: 'accepted', to: [OTHER] });
    const without = { ...ofOther, again: 1 };
    expect(await sendTo(topic, without, NO_HEADER)).toMatchObject({ outcome: 'accepted', to: [OTHER] });
    // The documented sample, as the Shopify CLI sends it.
    const sample = { shop_domain: '{shop}.myshopify.com' };
    expect(await sendTo(topic, sample)).toMatchObject({ outcome: 'accepted', to: [SHOP] });
  });

  test.each(COMPLIANCE)('%s: parked if neither names a shop', async (topic) => {
    for (const shop_domain of [undefined, null, 7, '', 'no shop', { $ne: 1 }])
      expect(
        await sendTo(topic, { shop_domain, n: JSON.stringify(shop_domain) ?? 'none' }, NO_HEADER),
      ).toEqual({
        status: 200,
        outcome: 'parked',
        because: `${topic} names no shop in its body or header`,
        to: ['no-shop.invalid'],
      });
    expect(await sendTo(topic, '{no JSON}', NO_HEADER)).toMatchObject({
      outcome: 'parked',
      to: ['no-shop.invalid'],
    });
  });

  test('an uninstall is for the shop in its body, otherwise for the shop in the header', async () => {
    const told = await sendTo('app/uninstalled', { id: 1, myshopify_domain: OTHER });
    expect(told).toMatchObject({ outcome: 'accepted', to: [OTHER] });
    const untold = await sendTo('app/uninstalled', { id: 1, myshopify_domain: null });
    expect(untold).toMatchObject({ outcome: 'accepted', to: [SHOP] });
  });

  test.each(['app/uninstalled', 'app/scopes_update', 'orders/create'])(
    '%s without a shop is answered 400',
    async (topic) => {
      const { status, json } = await ingest.send('{"id":1}', { topic, headers: NO_HEADER });
      expect({ status, json }).toEqual({
        status: 400,
        json: { outcome: 'unreadable', missing: ['x-shopify-shop-domain'] },
      });
    },
  );

  test('identical bodies are two events if triggered at different times, and one if at the same time', async () => {
    const body = { shop_id: 1, shop_domain: SHOP, thrice: true };
    const at = (second: number) => ({
      'x-shopify-triggered-at': `2026-11-20T15:00:0${second}.000000Z`,
    });
    expect(await sendTo('shop/redact', body, at(1))).toMatchObject({ outcome: 'accepted' });
    expect(await sendTo('shop/redact', body, at(1))).toMatchObject({ outcome: 'duplicate', to: [] });
    expect(await sendTo('shop/redact', body, at(2))).toMatchObject({ outcome: 'accepted' });
  });
});
