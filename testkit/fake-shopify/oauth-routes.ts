import { json, Router, urlencoded, type Request, type Response } from 'express';
import type { FakeApp } from './fake-app.ts';
import type { FakeShop } from './fake-shop.ts';
import { isGoodSessionToken } from './session-token.ts';
import { signedQuery } from './signed-query.ts';
import type { TokenAnswer } from './tokens.ts';
import { answerJson, refuse } from './trouble.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const OFFLINE = 'urn:shopify:params:oauth:token-type:offline-access-token';

/** Installation: the merchant always approves. Online tokens (of one person) are not supported. */
export function oauthRoutes(shopOf: (name: string) => FakeShop | null, app: FakeApp): Router {
  const router = Router();
  router.get('/:shop/admin/oauth/authorize', (request, response) => {
    const shop = shopOf(request.params.shop);
    if (!shop) return void refuse(response, 'not_found');
    shop.calls.authorize += 1;
    authorize(shop, app, request, response);
  });

  router.post(
    '/:shop/admin/oauth/access_token',
    json(),
    urlencoded({ extended: false }),
    async (request, response) => {
      const shop = shopOf(String(request.params.shop));
      if (!shop) return void refuse(response, 'not_found');
      const trouble = shop.troubles.next('tokens');
      if (trouble && refuse(response, trouble.kind)) return;
      const answer = await grantOf(shop, app, (request.body ?? {}) as Asked);
      if (isRefused(answer)) shop.calls.refusedGrants += 1;
      await answerJson(response, trouble, answer.body, answer.status);
    },
  );

  router.get('/:shop/admin/apps/:key', (request, response) => {
    const shop = shopOf(request.params.shop);
    if (!shop || !app.appUrl || request.params.key !== app.apiKey) return void refuse(response, 'not_found');
    response.redirect(302, `${app.appUrl}?${shop.openedQuery()}`);
  });
  return router;
}

function authorize(
  shop: FakeShop,
  { apiKey, apiSecret }: FakeApp,
  request: Request,
  response: Response,
): void {
  const { client_id, redirect_uri, scope, state } = request.query as Record<string, string | undefined>;
  const wrong = client_id !== apiKey || !redirect_uri || !URL.canParse(redirect_uri);
  if (wrong) {
    response.status(400).json({ error: 'invalid_request', error_description: 'client_id or redirect_uri' });
    return;
  }
  const query = {
    code: shop.tokens.code(scope ? scope : shop.scopes.join(',')),
    host: shop.host,
    shop: shop.name,
    ...(state === undefined ? {} : { state }),
    timestamp: String(Math.floor(Date.now() / 1000)),
  };
  const target = new URL(redirect_uri);
  target.search = signedQuery(query, apiSecret);
  response.redirect(302, target.href);
}

interface Asked {
  client_id?: string;
  client_secret?: string;
  grant_type?: string;
  code?: string;
  expiring?: string | number;
  subject_token?: string;
  subject_token_type?: string;
  requested_token_type?: string;
  refresh_token?: string;
}

interface GrantAnswer {
  status: number;
  body: TokenAnswer | { error: string; error_description: string };
}

function isRefused({ status }: GrantAnswer): boolean {
  return status !== 200;
}

async function grantOf(shop: FakeShop, app: FakeApp, asked: Asked): Promise<GrantAnswer> {
  if (asked.client_id !== app.apiKey || asked.client_secret !== app.apiSecret)
    return refused(400, 'invalid_request', 'The client_id or client_secret is invalid');
  if (asked.grant_type === 'refresh_token') return refresh(shop, asked);
  if (asked.grant_type === EXCHANGE) return exchange(shop, app, asked);
  const scope = shop.tokens.useCode(asked.code ?? '');
  if (scope === null)
    return refused(400, 'invalid_request', 'The authorization code was not found or was already used');
  shop.calls.codes += 1;
  shop.install(scope.split(','));
  return granted(shop.tokens.issue(scope, isExpiring(asked)));
}

/** Reported by others, June 2026: 401, although this endpoint refuses everything else with 400. */
function refresh(shop: FakeShop, { refresh_token }: Asked): GrantAnswer {
  shop.calls.refreshes += 1;
  const pair = shop.installed ? shop.tokens.refresh(refresh_token ?? '', shop.scopes.join(',')) : null;
  return pair
    ? granted(pair)
    : refused(401, 'invalid_request', 'This request requires an active refresh_token');
}

async function exchange(shop: FakeShop, app: FakeApp, asked: Asked): Promise<GrantAnswer> {
  shop.calls.exchanges += 1;
  const facts = { shop: shop.name, apiKey: app.apiKey, apiSecret: app.apiSecret };
  const isGood = await isGoodSessionToken(asked.subject_token ?? '', facts);
  if (!shop.installed || !isGood || asked.subject_token_type !== ID_TOKEN)
    return refused(400, 'invalid_subject_token', 'The subject token is invalid or has expired');
  if (asked.requested_token_type !== OFFLINE)
    return refused(400, 'invalid_request', 'Only offline access tokens are supported');
  return granted(shop.tokens.issue(shop.scopes.join(','), isExpiring(asked)));
}

function isExpiring({ expiring }: Asked): boolean {
  return String(expiring) === '1';
}

function granted(body: TokenAnswer): GrantAnswer {
  return { status: 200, body };
}

function refused(status: number, error: string, error_description: string): GrantAnswer {
  return { status, body: { error, error_description } };
}
