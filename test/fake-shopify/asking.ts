import { http, type HttpAnswer } from '../support/http.ts';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { FakeShopify, type FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';

export const APP = { apiKey: 'fake-key', apiSecret: 'fake-secret' };
export const SHOP = 'a-shop.myshopify.com';

type Started = { shopify: FakeShopify; shop: FakeShop };

/** Stopped by `stopAll`, which belongs in afterEach. */
const started: FakeShopify[] = [];

export async function startWithShop(options: Partial<FakeShopifyOptions> = {}): Promise<Started> {
  const shopify = await FakeShopify.start({ ...APP, timeScale: 0.001, ...options });
  started.push(shopify);
  const shop = shopify.shop(SHOP);
  shop.install(['read_orders', 'read_fulfillments']);
  return { shopify, shop };
}

export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((shopify) => shopify.stop()));
}

/** Calls the token endpoint, as the right app by default. */
export function askToken({ url }: FakeShopify, body: object): Promise<HttpAnswer> {
  return post(`${url}/${SHOP}/admin/oauth/access_token`, {
    client_id: APP.apiKey,
    client_secret: APP.apiSecret,
    ...body,
  });
}

export async function refresh(shopify: FakeShopify, token: unknown): Promise<HttpAnswer> {
  return askToken(shopify, { grant_type: 'refresh_token', refresh_token: token });
}

export function exchange(shopify: FakeShopify, sessionToken: string): Promise<HttpAnswer> {
  return askToken(shopify, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: sessionToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
    expiring: '1',
  });
}

/** Calls the Admin API, with its own token unless one is given. */
export async function ask(
  shopify: FakeShopify,
  shop: FakeShop,
  query: string,
  variables: object = {},
  token = shop.tokens.issue('read_orders', false).access_token,
): Promise<HttpAnswer> {
  const path = `/${shop.name}/admin/api/2026-10/graphql.json`;
  return post(shopify.url + path, { query, variables }, { 'x-shopify-access-token': token });
}

export function post(url: string, body: object, headers: object = {}): Promise<HttpAnswer> {
  const type = { 'content-type': 'application/json' };
  return http(url, { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(body) });
}
