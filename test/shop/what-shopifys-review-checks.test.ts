import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedApp, SHOP } from './served-app.ts';

/**
 * Compliance topics are tested in test/compliance, subscriptions in the-app-requests-scopes-for-its-topics.test.ts.
 */
describe("Shopify's review of the app", () => {
  let served: ServedApp;
  beforeAll(async () => {
    served = await ServedApp.start();
  });
  afterAll(() => served.stop());

  const page = (shop = SHOP) => served.get(`/app?embedded=1&shop=${shop}`);

  test('opened outside the admin, it redirects to the grant immediately, also for reinstalls', async () => {
    for (let again = 0; again < 2; again += 1) {
      const opened = await served.get(`/app?shop=${SHOP}`);
      expect([opened.status, opened.headers.location]).toEqual([302, `/auth?shop=${SHOP}`]);
      const { status, headers } = await served.get(`/auth?shop=${SHOP}`);
      const target = new URL(String(headers.location));
      expect([status, target.pathname]).toEqual([302, `/${SHOP}/admin/oauth/authorize`]);
      expect(target.searchParams.get('client_id')).toBe('the-client-id');
      expect(target.searchParams.get('redirect_uri')).toBe('https://lockstep.example.com/auth/callback');
      expect(target.searchParams.get('scope')).toContain('read_orders');
    }
  });

  test('after the grant it redirects to its page in the admin', async () => {
    const { answer } = await served.grant();
    expect(String(answer.headers.location)).toBe(`${served.shopify.url}/${SHOP}/admin/apps/the-client-id`);
  });

  test('opened by the admin with a valid signature, it shows the page; with a wrong one it does not', async () => {
    const query = served.shop.openedQuery();
    expect((await served.get(`/app?${query}`)).text).toContain('<s-page heading="Lockstep">');
    const forged = query.replace(/hmac=[0-9a-f]{8}/, 'hmac=00000000');
    expect((await served.get(`/app?${forged}`)).status).toBe(400);
  });

  test.each([
    '',
    'evil.com',
    'a.myshopify.com.evil.com',
    'evil.com/a.myshopify.com',
    'A-SHOP.myshopify.com',
    'a-shop.myshopify.com.',
    'a-shop.myshopify.com:443',
    'a-shop.myshopify.com%00.evil.com',
    'a-shop.myshopify.com%0d%0aset-cookie:x=1',
    'а-shop.myshopify.com',
    '-a.myshopify.com',
    'admin.shopify.com/store/a',
    `${'a'.repeat(64)}.myshopify.com`,
    'a-shop.myshopify.com&shop=b-shop.myshopify.com',
  ])('the invalid shop %j is refused without a grant, and without a form to type a shop', async (shop) => {
    for (const place of ['/app?embedded=1&', '/app?', '/auth?', '/auth/callback?code=1&']) {
      const { status, text, headers } = await served.get(`${place}shop=${encodeURI(shop)}`);
      expect([status, headers.location]).toEqual([400, undefined]);
      expect(text).not.toMatch(/<input|<form|evil/);
    }
  });

  test('the page may be embedded only by its own shop and the admin', async () => {
    const policy = String((await page()).headers['content-security-policy']);
    expect(policy).toMatch(
      new RegExp(`frame-ancestors https://${SHOP.replaceAll('.', '\\.')} https://admin\\.shopify\\.com$`),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    const elsewhere = String((await served.get('/nowhere')).headers['content-security-policy']);
    expect(elsewhere).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  test('every answer requires TLS, and forbids sniffing, caching and referrers', async () => {
    for (const place of [`/app?embedded=1&shop=${SHOP}`, '/app', '/app/state', '/nowhere', '/%ff'])
      expect((await served.get(place)).headers).toMatchObject({
        'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
  });

  test('the page itself has no data of the shop, and requests it with a session token', async () => {
    const { text } = await page('unknown.myshopify.com');
    expect(text).not.toContain('unknown');
    expect(text).toContain('shopify.idToken()');
    expect(text).toContain('content="the-client-id"');
  });
});
