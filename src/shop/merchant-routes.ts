import { Router, type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Logger } from '../system/log.ts';
import type { Installer } from './installer.ts';
import type { ShopStore } from '../persist/shop-store.ts';
import { shopOfSessionToken } from './session-token.ts';
import type { ShopActivity } from './shop-activity.ts';
import type { Shopify } from './shopify.ts';

/** Whether everything that Shopify has of a shop's orders is here, too. */
export interface Completeness {
  /** Events that could not be applied and are missing from their orders. */
  parked: number;
  /** Orders that the last comparison had to fetch because webhooks were lost; 0 after the first comparison. */
  fetched: number;
}

export interface MerchantTools {
  shopify: Shopify;
  installer: Installer;
  shops: ShopStore;
  activityOf: (shop: string) => Promise<ShopActivity>;
  completenessOf: (shop: string) => Promise<Completeness>;
  log: Logger;
  now: () => number;
}

/** Longer waits are shown to the merchant. */
const LONG_WAIT_MS = 60_000;
/** The page updates every 10 s, and several people may have it open. */
const LOOKS_A_MINUTE = 240;
/** Each opening is a call to Shopify. */
const OPENINGS_A_MINUTE = 20;

/** The data for the merchant's page, of the shop in its session token. It changes nothing but the install. */
export function merchantRoutes(tools: MerchantTools): Router {
  const { shopify, installer, shops, activityOf, completenessOf, log, now } = tools;
  const router = Router();
  const state = [onlyWithToken(shopify), limited(LOOKS_A_MINUTE), limited(OPENINGS_A_MINUTE, isOpening)];
  router.get('/app/state', ...state, async (request, response) => {
    const { shop, token } = askerOf(response);
    const connected = await installer.byExchange(shop, token, isOpening(request)).then(
      () => true,
      (error: unknown) => {
        log.warn(
          { shop, kind: error instanceof Error ? error.constructor.name : 'unknown' },
          'token exchange failed',
        );
        return false;
      },
    );
    const [record, activity, completeness] = await Promise.all([
      shops.find(shop),
      activityOf(shop),
      completenessOf(shop),
    ]);
    const { repaired = 0, attention = null, reconciledTo: comparedTo = null } = record ?? {};
    response.json(stateOf({ connected, activity, completeness, repaired, attention, comparedTo }, now()));
  });
  return router;
}

interface Merchant {
  shop: string;
  token: string;
}

function askerOf(response: Response): Merchant {
  return response.locals.asker as Merchant;
}

function onlyWithToken(shopify: Shopify): RequestHandler {
  return async (request, response, next) => {
    const asker = await shopOfSessionToken(request.headers.authorization, shopify);
    if (!asker) {
      response.status(401).json({ error: 'missing or invalid session token' });
      return;
    }
    response.locals.asker = asker;
    next();
  };
}

/** Whether the merchant has just opened the page: only then is Shopify asked whether the token works. */
function isOpening(request: Request): boolean {
  return 'opened' in request.query;
}

/** Limits requests per shop, in this process: a session token is valid for any number of them in its minute. */
function limited(perMinute: number, counts: (request: Request) => boolean = () => true): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    skip: (request) => !counts(request),
    keyGenerator: (_request, response) => askerOf(response).shop,
    handler: (_request, response) => {
      response.status(429).json({ error: `too many requests: at most ${perMinute} a minute; wait a minute` });
    },
    validate: { xForwardedForHeader: false, forwardedHeader: false },
  });
}

interface State {
  connected: boolean;
  activity: ShopActivity;
  completeness: Completeness;
  repaired: number;
  attention: string | null;
  /** The time up to which all orders were compared with Shopify's; null: not yet. */
  comparedTo: Date | null;
}

/** The first sentence that applies is shown. */
const SENTENCES: readonly ((state: State, attention: readonly string[]) => string | null)[] = [
  (_, attention) => (attention.length > 0 ? 'Action needed.' : null),
  ({ completeness: { parked } }) =>
    parked > 0 ? `Not all orders are up to date: ${several(parked, 'update')} could not be applied.` : null,
  ({ comparedTo }) => (comparedTo === null ? "Your orders have not been compared with Shopify's yet." : null),
  ({ completeness: { fetched } }) =>
    fetched > 0
      ? `Updates for ${several(fetched, 'order')} had not arrived. Lockstep has fetched them from Shopify.`
      : null,
];

function stateOf(state: State, now: number) {
  const { connected, activity, repaired, comparedTo } = state;
  const { eventsToday, lastWebhookAt, waiting, oldestWaitMs } = activity;
  const attention = [
    ...(connected ? [] : ['Lockstep could not get access to your shop. Reload this page in a minute.']),
    ...(state.attention === null ? [] : [state.attention]),
    ...((oldestWaitMs ?? 0) > LONG_WAIT_MS
      ? [`An order has been waiting for ${span(oldestWaitMs ?? 0)}.`]
      : []),
  ];
  const said = SENTENCES.map((says) => says(state, attention)).find((sentence) => sentence !== null);
  const ago = (at: number | null) => (at === null ? 'never' : `${span(now - at)} ago`);
  const figures = [
    { name: 'Updates in the last 24 hours', value: eventsToday.toLocaleString('en-US') },
    { name: 'Last update from Shopify', value: ago(lastWebhookAt) },
    { name: 'Updates waiting', value: waiting.toLocaleString('en-US') },
    { name: 'Longest wait', value: oldestWaitMs === null ? 'none' : span(oldestWaitMs) },
    { name: 'Compared with Shopify up to', value: ago(comparedTo && comparedTo.getTime()) },
    { name: 'Orders repaired', value: repaired.toLocaleString('en-US') },
  ];
  return { connected, sentence: said ?? 'Your orders are up to date.', attention, figures };
}

function several(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

const SPANS = [
  { ms: 86_400_000, word: 'days' },
  { ms: 3_600_000, word: 'hours' },
  { ms: 60_000, word: 'minutes' },
] as const;

/** `45 s`, `12 minutes`, `3 hours`, `2 days`. */
function span(ms: number): string {
  const unit = SPANS.find((each) => ms >= 2 * each.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.word}` : `${Math.max(0, Math.round(ms / 1000))} s`;
}
