import '@shopify/shopify-api/adapters/node';
import { ApiVersion, InvalidJwtError, shopifyApi } from '@shopify/shopify-api';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SessionTokenKind } from '../../testkit/fake-shopify/session-token.ts';
import { http } from '../support/http.ts';
import { APP, ask, askToken, exchange, refresh, SHOP, startWithShop, stopAll } from './asking.ts';

const library = shopifyApi({
  apiKey: APP.apiKey,
  apiSecretKey: APP.apiSecret,
  hostName: 'app.example.com',
  apiVersion: ApiVersion.October26,
  isEmbeddedApp: true,
  logger: { log: () => undefined },
});

const AUTHORIZE = {
  client_id: APP.apiKey,
  scope: 'read_orders,read_fulfillments',
  redirect_uri: 'https://app.example.com/auth/callback',
  state: 'a-state',
  'grant_options[]': '',
};

async function authorized(url: string, change: Record<string, string> = {}): Promise<URL> {
  const query = new URLSearchParams({ ...AUTHORIZE, ...change }).toString();
  const answer = await http(`${url}/${SHOP}/admin/oauth/authorize?${query}`);
  expect(answer.status).toBe(302);
  return new URL(String(answer.headers.location));
}

afterEach(stopAll);

describe('the authorization code grant', () => {
  test('redirects to the app with a query that Shopify’s own library accepts', async () => {
    const { shopify } = await startWithShop();
    const target = await authorized(shopify.url);
    expect(target.origin + target.pathname).toBe(AUTHORIZE.redirect_uri);
    expect(target.searchParams.get('state')).toBe('a-state');
    expect(target.searchParams.get('shop')).toBe(SHOP);
    await expect(library.utils.validateHmac(target.searchParams)).resolves.toBe(true);
    target.searchParams.set('shop', 'b-shop.myshopify.com');
    await expect(library.utils.validateHmac(target.searchParams)).resolves.toBe(false);
  });

  test('a code works once, and installs the app', async () => {
    const { shopify, shop } = await startWithShop();
    shop.uninstall();
    const code = (await authorized(shopify.url)).searchParams.get('code');
    const first = await askToken(shopify, { code, expiring: '1' });
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      access_token: expect.stringMatching(/^shpat_/),
      scope: AUTHORIZE.scope,
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^shprt_/),
      refresh_token_expires_in: 7_776_000,
    });
    expect(shop.installed).toBe(true);
    const second = await askToken(shopify, { code, expiring: '1' });
    expect(second.status).toBe(400);
    expect(second.json.error).toBe('invalid_request');
  });

  test('without expiring=1 the token does not expire and has no refresh token', async () => {
    const { shopify } = await startWithShop();
    const code = (await authorized(shopify.url)).searchParams.get('code');
    const { json } = await askToken(shopify, { code });
    expect(Object.keys(json).toSorted()).toEqual(['access_token', 'scope']);
  });

  test.each([
    ['another app', { client_id: 'another' }],
    ['a wrong secret', { client_secret: 'wrong' }],
    ['an unknown code', { code: 'unknown' }],
  ])('%s gets no token', async (_what, change) => {
    const { shopify, shop } = await startWithShop();
    const code = (await authorized(shopify.url)).searchParams.get('code');
    const { status, json } = await askToken(shopify, { code, ...change });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_request' });
    expect(shop.calls.refusedGrants).toBe(1);
  });

  test('another app is not redirected anywhere', async () => {
    const { shopify } = await startWithShop();
    const query = new URLSearchParams({ ...AUTHORIZE, client_id: 'another' }).toString();
    const answer = await http(`${shopify.url}/${SHOP}/admin/oauth/authorize?${query}`);
    expect({ status: answer.status, location: answer.headers.location }).toEqual({ status: 400 });
  });
});

describe('session tokens', () => {
  test('a valid one is accepted by Shopify’s library, and is exchanged', async () => {
    const { shopify, shop } = await startWithShop();
    const token = shop.sessionToken();
    const claims = await library.session.decodeSessionToken(token);
    expect(claims).toMatchObject({ dest: `https://${SHOP}`, iss: `https://${SHOP}/admin`, aud: APP.apiKey });
    const { status, json } = await exchange(shopify, token);
    expect({ status, scope: json.scope }).toEqual({ status: 200, scope: 'read_orders,read_fulfillments' });
    expect(shop.calls.exchanges).toBe(1);
  });

  test.each<SessionTokenKind>(['expired', 'not_yet', 'other_app', 'other_secret', 'unsigned'])(
    'one that is %s is refused by the library and by the endpoint',
    async (kind) => {
      const { shopify, shop } = await startWithShop();
      const token = shop.sessionToken(kind);
      await expect(library.session.decodeSessionToken(token)).rejects.toThrow(InvalidJwtError);
      const { status, json } = await exchange(shopify, token);
      expect({ status, error: json.error }).toEqual({ status: 400, error: 'invalid_subject_token' });
    },
  );

  test('one with another issuer, or of another shop, is refused by the endpoint', async () => {
    const { shopify, shop } = await startWithShop();
    const other = shopify.shop('b-shop.myshopify.com');
    other.install(['read_orders']);
    expect((await exchange(shopify, shop.sessionToken('other_issuer'))).status).toBe(400);
    expect((await exchange(shopify, other.sessionToken())).status).toBe(400);
  });

  test('the admin opens the app with a query that the library accepts', async () => {
    const { shopify } = await startWithShop({ appUrl: 'https://app.example.com/app' });
    const answer = await http(`${shopify.url}/${SHOP}/admin/apps/${APP.apiKey}`);
    const target = new URL(String(answer.headers.location));
    await expect(library.utils.validateHmac(target.searchParams)).resolves.toBe(true);
    const idToken = String(target.searchParams.get('id_token'));
    expect((await exchange(shopify, idToken)).status).toBe(200);
  });
});

describe('refresh tokens', () => {
  test('the presented one works until the new one is used', async () => {
    const { shopify, shop } = await startWithShop();
    const first = (await exchange(shopify, shop.sessionToken())).json;
    const second = (await refresh(shopify, first.refresh_token)).json;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const again = await refresh(shopify, first.refresh_token);
    expect(again.status).toBe(200);
    const fourth = await refresh(shopify, again.json.refresh_token);
    expect(fourth.status).toBe(200);
    const late = await refresh(shopify, first.refresh_token);
    expect({ status: late.status, error: late.json.error }).toEqual({
      status: 401,
      error: 'invalid_request',
    });
    expect(shop.calls.refreshes).toBe(4);
  });

  test('an app that refreshes twice and keeps the first pair is locked out', async () => {
    const { shopify, shop } = await startWithShop();
    const { refresh_token: old } = (await exchange(shopify, shop.sessionToken())).json;
    const [one, two] = [(await refresh(shopify, old)).json, (await refresh(shopify, old)).json];
    expect((await refresh(shopify, one.refresh_token)).status).toBe(401);
    expect((await refresh(shopify, two.refresh_token)).status).toBe(200);
  });

  test('an exchange invalidates earlier ones', async () => {
    const { shopify, shop } = await startWithShop();
    const { refresh_token: old } = (await exchange(shopify, shop.sessionToken())).json;
    await exchange(shopify, shop.sessionToken());
    expect((await refresh(shopify, old)).status).toBe(401);
  });

  test('a refresh whose answer is cut off has happened; the old token still works', async () => {
    const { shopify, shop } = await startWithShop();
    const { refresh_token: old } = (await exchange(shopify, shop.sessionToken())).json;
    shop.troubles.add('cut_off', { at: 'tokens' });
    await expect(refresh(shopify, old)).rejects.toThrow('aborted');
    expect(shop.calls.refreshes).toBe(1);
    expect((await refresh(shopify, old)).status).toBe(200);
  });
});

describe('access tokens', () => {
  const tokenOf = async ({ shopify, shop }: Awaited<ReturnType<typeof startWithShop>>) =>
    (await exchange(shopify, shop.sessionToken())).json;
  const NAME = '{ shop { name myshopifyDomain } }';

  test('one stays valid next to the next', async () => {
    const both = await startWithShop();
    const first = await tokenOf(both);
    const second = (await refresh(both.shopify, first.refresh_token)).json;
    for (const { access_token } of [first, second]) {
      const { json } = await ask(both.shopify, both.shop, NAME, {}, String(access_token));
      expect(json.data).toEqual({ shop: { name: 'a-shop', myshopifyDomain: SHOP } });
    }
  });

  test('expired, it is refused and can be refreshed', async () => {
    const both = await startWithShop();
    const { access_token, refresh_token } = await tokenOf(both);
    both.shop.tokens.expireAccess();
    expect((await ask(both.shopify, both.shop, NAME, {}, String(access_token))).status).toBe(401);
    const fresh = (await refresh(both.shopify, refresh_token)).json;
    expect((await ask(both.shopify, both.shop, NAME, {}, String(fresh.access_token))).status).toBe(200);
    expect(both.shop.calls.unauthorized).toBe(1);
  });

  test('after an uninstall nothing works, reinstalled or not, until a new token is requested', async () => {
    const both = await startWithShop();
    const { access_token, refresh_token } = await tokenOf(both);
    both.shop.uninstall();
    expect((await exchange(both.shopify, both.shop.sessionToken())).status).toBe(400);
    both.shop.reinstall();
    expect((await ask(both.shopify, both.shop, NAME, {}, String(access_token))).status).toBe(401);
    expect((await refresh(both.shopify, refresh_token)).status).toBe(401);
    expect((await exchange(both.shopify, both.shop.sessionToken())).status).toBe(200);
  });

  test('a refresh token expires too', async () => {
    const both = await startWithShop();
    const { refresh_token } = await tokenOf(both);
    both.shop.tokens.expireRefresh();
    expect((await refresh(both.shopify, refresh_token)).status).toBe(401);
  });
});
