import { Router, type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Logger } from '../system/log.ts';
import type { Installer } from './installer.ts';
import type { ShopBook } from './shop-book.ts';
import { shopOfSessionToken } from './session-token.ts';
import type { Shopify } from './shopify.ts';

/** What a shop's events do now. Times are ms. */
interface Activity {
  eventsToday: number;
  lastWebhookAt: number | null;
  waiting: number;
  /** Null: nothing waits, or only behind the oldest thousand of all shops. */
  oldestWaitMs: number | null;
}

/** Whether all that Shopify has of a shop's orders is here. */
export interface Completeness {
  /** Events that could not be applied: their orders lack them. */
  parked: number;
  /** Orders that the last comparison had to fetch: their webhooks were lost. The first one of all does not count. */
  fetched: number;
}

export interface MerchantTools {
  shopify: Shopify;
  installer: Installer;
  shops: ShopBook;
  activityOf: (shop: string) => Promise<Activity>;
  completenessOf: (shop: string) => Promise<Completeness>;
  log: Logger;
  now: () => number;
}

/** Longer, and a merchant should know. */
const LONG_WAIT_MS = 60_000;
/** The page looks every few seconds, and several people may have it open. */
const LOOKS_A_MINUTE = 240;
/** Each is a question to Shopify. */
const OPENINGS_A_MINUTE = 20;

/** What the merchant's page shows of the one shop that its session token names. It changes nothing but the install. */
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
          'no token exchange',
        );
        return false;
      },
    );
    const [record, activity, completeness] = await Promise.all([
      shops.find(shop),
      activityOf(shop),
      completenessOf(shop),
    ]);
    const { putRight = 0, attention: told = null, reconciledTo: comparedTo = null } = record ?? {};
    response.json(stateOf({ connected, activity, completeness, putRight, told, comparedTo }, now()));
  });
  return router;
}

interface Asker {
  shop: string;
  token: string;
}

function askerOf(response: Response): Asker {
  return response.locals.asker as Asker;
}

function onlyWithToken(shopify: Shopify): RequestHandler {
  return async (request, response, next) => {
    const asker = await shopOfSessionToken(request.headers.authorization, shopify);
    if (!asker) {
      response.status(401).json({ error: 'a valid session token is needed' });
      return;
    }
    response.locals.asker = asker;
    next();
  };
}

/** Only then Shopify is asked whether it is well. */
function isOpening(request: Request): boolean {
  return 'opened' in request.query;
}

/** For each shop, in this process: a session token lives a minute and would do for any number of requests. */
function limited(perMinute: number, counts: (request: Request) => boolean = () => true): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    skip: (request) => !counts(request),
    keyGenerator: (_request, response) => askerOf(response).shop,
    handler: (_request, response) => {
      response.status(429).json({ error: `${perMinute} a minute are allowed: wait a minute` });
    },
    validate: { xForwardedForHeader: false, forwardedHeader: false },
  });
}

interface State {
  connected: boolean;
  activity: Activity;
  completeness: Completeness;
  putRight: number;
  told: string | null;
  /** Up to when all orders were compared with Shopify's; null: never yet. */
  comparedTo: Date | null;
}

/** The first that is so, is said. */
const SENTENCES: readonly ((state: State, attention: readonly string[]) => string | null)[] = [
  (_, attention) => (attention.length > 0 ? 'Lockstep needs you.' : null),
  ({ completeness: { parked } }) =>
    parked > 0 ? `Your orders are not all in step: ${several(parked, 'event')} could not be applied.` : null,
  ({ comparedTo }) => (comparedTo === null ? "Your orders have not been compared with Shopify's yet." : null),
  ({ completeness: { fetched } }) =>
    fetched > 0
      ? `Webhooks of ${several(fetched, 'order')} were lost; Lockstep has fetched them from Shopify.`
      : null,
];

function stateOf(state: State, now: number) {
  const { connected, activity, putRight, told, comparedTo } = state;
  const { eventsToday, lastWebhookAt, waiting, oldestWaitMs } = activity;
  const attention = [
    ...(connected ? [] : ['Shopify did not give Lockstep access: open this page again in a minute.']),
    ...(told === null ? [] : [told]),
    ...((oldestWaitMs ?? 0) > LONG_WAIT_MS ? [`An order waits for ${span(oldestWaitMs ?? 0)}.`] : []),
  ];
  const said = SENTENCES.map((says) => says(state, attention)).find((sentence) => sentence !== null);
  const ago = (at: number | null) => (at === null ? 'none yet' : `${span(now - at)} ago`);
  const figures = [
    { name: 'Events in the last 24 hours', value: eventsToday.toLocaleString('en-US') },
    { name: 'Last webhook', value: ago(lastWebhookAt) },
    { name: 'Waiting', value: waiting.toLocaleString('en-US') },
    { name: 'Oldest wait', value: oldestWaitMs === null ? 'nothing waits' : span(oldestWaitMs) },
    { name: "Compared with Shopify's orders up to", value: ago(comparedTo && comparedTo.getTime()) },
    { name: 'Orders put right by reconciliation', value: putRight.toLocaleString('en-US') },
  ];
  return { connected, sentence: said ?? 'Your orders are in step.', attention, figures };
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
