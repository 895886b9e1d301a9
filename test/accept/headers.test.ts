import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, SHOP, signatureOf } from './served-ingest.ts';

const NONE = {
  'x-shopify-topic': undefined,
  'x-shopify-shop-domain': undefined,
  'x-shopify-webhook-id': undefined,
  'x-shopify-triggered-at': undefined,
  'x-shopify-hmac-sha256': undefined,
};

const aheadOf = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("Shopify's headers", () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each([
    ['x-shopify-', 1],
    ['shopify-', 2],
    ['X-Shopify-', 3],
    ['X-SHOPIFY-', 4],
    ['sHoPiFy-', 5],
  ])('the family %s is read', async (family, id) => {
    const body = JSON.stringify({ order_id: id });
    const headers = {
      ...NONE,
      [`${family}Topic`]: 'refunds/create',
      [`${family}Shop-Domain`]: SHOP,
      [`${family}Hmac-SHA256`]: signatureOf(body),
    };
    expect((await ingest.send(body, { headers })).json).toMatchObject({ outcome: 'accepted' });
    expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
  });

  test.each<[string, Record<string, string | string[] | undefined>, string[]]>([
    ['no topic', { 'x-shopify-topic': undefined }, ['x-shopify-topic']],
    ['no shop', { 'x-shopify-shop-domain': undefined }, ['x-shopify-shop-domain']],
    [
      'neither',
      { 'x-shopify-topic': undefined, 'x-shopify-shop-domain': undefined },
      ['x-shopify-topic', 'x-shopify-shop-domain'],
    ],
    ['an empty topic', { 'x-shopify-topic': '' }, ['x-shopify-topic']],
    ['an empty shop', { 'x-shopify-shop-domain': ' ' }, ['x-shopify-shop-domain']],
    ['a topic sent twice', { 'x-shopify-topic': ['orders/create', 'orders/delete'] }, ['x-shopify-topic']],
    [
      'a shop sent twice',
      { 'x-shopify-shop-domain': [SHOP, 'other.myshopify.com'] },
      ['x-shopify-shop-domain'],
    ],
    ['a topic that is a path', { 'x-shopify-topic': '../../orders/create' }, ['x-shopify-topic']],
    ['a topic of one word', { 'x-shopify-topic': '__proto__' }, ['x-shopify-topic']],
  ])('signed, with %s: 400 that names everything missing', async (_case, headers, missing) => {
    const keys = await ingest.redis.dbsize();
    const { status, json } = await ingest.send('{"id":1}', { headers });
    expect({ status, json }).toEqual({ status: 400, json: { outcome: 'unreadable', missing } });
    expect(await ingest.redis.dbsize()).toBe(keys);
  });

  test.each<[string, Record<string, string | string[] | undefined>]>([
    ['the webhook id', { 'x-shopify-webhook-id': undefined }],
    ['a usable webhook id', { 'x-shopify-webhook-id': 'x'.repeat(500) }],
    ['a single webhook id', { 'x-shopify-webhook-id': ['one', 'two'] }],
    ['triggered-at', { 'x-shopify-triggered-at': undefined }],
    ['a valid triggered-at', { 'x-shopify-triggered-at': 'yesterday' }],
  ])('without %s it is still accepted, and recognised by its body (P3)', async (name, headers) => {
    const body = JSON.stringify({ id: 7, note: name });
    expect((await ingest.send(body, { headers })).json.outcome).toBe('accepted');
    expect((await ingest.send(body, { headers })).json.outcome).toBe('duplicate');
  });

  test.each([
    ['in 2254', () => '2254-01-01T00:00:00Z', null],
    ['six minutes ahead', () => aheadOf(6), null],
    ['four minutes ahead: clocks differ', () => aheadOf(4), 'kept'],
    ['a day ago', () => aheadOf(-1440), 'kept'],
  ])('triggered %s: a time in the future counts as missing, whatever the topic', async (_case, at, kept) => {
    for (const topic of ['orders/updated', 'disputes/update', 'app/uninstalled']) {
      const triggeredAt = at();
      const body = JSON.stringify({ id: 9, order_id: 9, note: triggeredAt });
      await ingest.send(body, { topic, headers: { 'x-shopify-triggered-at': triggeredAt } });
      const mailbox = `lockstep:{0}:mailbox:${SHOP}/${topic === 'app/uninstalled' ? '-' : 9}`;
      const [last] = await ingest.redis.lrange(mailbox, -1, -1);
      expect(last).toContain(`"triggeredAt":${JSON.stringify(kept && triggeredAt)}`);
    }
  });

  test('topic and shop are case-insensitive and name the same order', async () => {
    const shop = SHOP.toUpperCase();
    expect((await ingest.send('{"id":8}', { topic: 'ORDERS/Create', shop })).json.outcome).toBe('accepted');
    expect(await ingest.waitingIn(`${SHOP}/8`)).toBe(1);
    expect((await ingest.send('{"id":8}')).json.outcome).toBe('duplicate');
  });
});
