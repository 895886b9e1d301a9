import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest } from './served-ingest.ts';

describe('only <name>.myshopify.com is a valid shop and becomes part of a key', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each([
    'ex ample.myshopify.com',
    'example.myshopify.com%0alockstep',
    'example.myshopify.com\tx',
    '{1}.myshopify.com',
    'a}:mailbox:b.myshopify.com',
    'example.myshopify.com:6379',
    'https://example.myshopify.com',
    'sch\u00f6n.myshopify.com',
    `${'a'.repeat(290)}.com`,
    '../../etc/passwd',
    'example.myshopify.com/5',
    'a..b.com',
    '-a.myshopify.com',
    '.myshopify.com',
    'localhost',
    'shop.example.com',
    'a.b.myshopify.com',
    'example.myshopify.com.evil.com',
    'no-shop.invalid',
    '*.myshopify.com',
    '$where.myshopify.com',
    '__proto__',
    "a'b.myshopify.com",
  ])('%j: 400 that names the header, and no key in Redis', async (shop) => {
    const { status, json } = await ingest.send('{"id":1}', { shop });
    const refusal = { outcome: 'unreadable', missing: ['x-shopify-shop-domain'] };
    expect({ status, json }).toEqual({ status: 400, json: refusal });
    expect(await ingest.redis.dbsize()).toBe(0);
  });

  test('an unknown shop is a tenant of its own', async () => {
    const shop = 'never-seen-before.myshopify.com';
    expect((await ingest.send('{"id":1}', { shop })).json.outcome).toBe('accepted');
    expect(await ingest.waitingIn(`${shop}/1`)).toBe(1);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });
});
