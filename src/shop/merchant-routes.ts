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
  lastEventAt: number | null;
  waiting: number;
  /** Null: nothing waits, or only behind the oldest thousand of all shops. */
  oldestWaitMs: number | null;
}

export interface MerchantTools {
  shopify: Shopify;
  installer: Installer;
  shops: ShopBook;
  activityOf: (shop: string) => Promise<Activity>;
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
  const { shopify, installer, shops, activityOf, log, now } = tools;
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
    const [record, activity] = await Promise.all([shops.find(shop), activityOf(shop)]);
    response.json(
      stateOf(
        { connected, activity, putRight: record?.putRight ?? 0, told: record?.attention ?? null },
        now(),
      ),
    );
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
  putRight: number;
  told: string | null;
}

function stateOf({ connected, activity, putRight, told }: State, now: number) {
  const { eventsToday, lastEventAt, waiting, oldestWaitMs } = activity;
  const attention = [
    ...(connected ? [] : ['Shopify did not give Lockstep access: open this page again in a minute.']),
    ...(told === null ? [] : [told]),
    ...((oldestWaitMs ?? 0) > LONG_WAIT_MS ? [`An order waits for ${seconds(oldestWaitMs ?? 0)}.`] : []),
  ];
  const sentence = attention.length > 0 ? 'Lockstep needs you.' : 'Your orders are in step.';
  const figures = [
    { name: 'Events in the last 24 hours', value: eventsToday.toLocaleString('en-US') },
    { name: 'Last event', value: lastEventAt === null ? 'none yet' : `${seconds(now - lastEventAt)} ago` },
    { name: 'Waiting', value: waiting.toLocaleString('en-US') },
    { name: 'Oldest wait', value: oldestWaitMs === null ? 'nothing waits' : seconds(oldestWaitMs) },
    { name: 'Orders put right by reconciliation', value: putRight.toLocaleString('en-US') },
  ];
  return { connected, sentence, attention, figures };
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000)).toLocaleString('en-US')} s`;
}
