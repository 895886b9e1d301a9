import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { shopWithEverything, type ShopWithEverything } from './shop-with-everything.ts';

describe('a cursor of another shop', () => {
  let dashboard: ServedDashboard;
  let first: ShopWithEverything;
  let last: ShopWithEverything;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    first = await shopWithEverything(dashboard, 'mallow', 7_100_000);
    last = await shopWithEverything(dashboard, 'thistle', 9_200_000);
  });
  afterAll(async () => {
    await Promise.all([first.lease.release(), last.lease.release()]);
    await dashboard.stop();
  });

  test('leads a token that is bound to a shop to its own orders only', async () => {
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'admin', shops: [last.shop] }, 1);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    // Keys are sorted, and this cursor comes before all of them.
    const cursor = Buffer.from('a.myshopify.com/-').toString('base64url');
    const verified = await http(`${dashboard.url}/api/verify?shop=${last.shop}&cursor=${cursor}`, {
      headers,
    });
    const body = JSON.stringify({ reason: 'a test', shop: last.shop, after: cursor, dryRun: true });
    const rebuilt = await http(`${dashboard.url}/api/orders/rebuild`, { method: 'POST', headers, body });
    for (const { status, text } of [verified, rebuilt]) {
      expect(status).toBe(200);
      expect(first.words.filter((word) => text.includes(word))).toEqual([]);
    }
    expect([verified.json.orders, rebuilt.json.looked]).toEqual([1, 1]);
  });
});
