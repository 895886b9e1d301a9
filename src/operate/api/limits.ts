import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { TooSlow, within } from '../../system/within.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import type { Route } from './route.ts';

/**
 * How many requests one caller may make, and how long a response may take. Counted in this process, for each
 * token with everything made from it. Callers without a token are counted by address. A proxy's headers are
 * not read: behind a proxy all guesses share one count, which does not affect known callers.
 */

/** For a route with a limit. If the route has `countedFor`, its body must have been read. */
export function limited({ perMinute = Infinity, countedFor }: Route): RequestHandler {
  const keyOf = async (request: Request, response: Response) => {
    const who = response.locals.who as Caller | null;
    const known = countedFor ? await countedFor(request.body) : who?.root;
    return known ?? ipKeyGenerator(request.ip ?? '');
  };
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator: keyOf,
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: () => {
      throw new Refusal('too_many', `only ${perMinute} requests a minute are allowed: wait a minute`);
    },
  });
}

/** The longest that a page waits. MongoDB and Redis answer within 0.2 s (npm run lookups). */
const LOOK_MS = 5000;

/** For a read. @throws TooSlow */
export async function inTime<Answer>(route: Route, looking: Promise<Answer>): Promise<Answer> {
  return await within(looking, route.withinMs ?? LOOK_MS);
}

/** Longer than a million parked events take. A change that has begun runs to its end and is audited. */
const CHANGE_MS = 10_000;

/** For a change that has started. @throws Refusal unavailable if it does not end in time */
export async function changedInTime<Answer>(changing: Promise<Answer>, entry: number): Promise<Answer> {
  try {
    return await within(changing, CHANGE_MS);
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    throw new Refusal(
      'unavailable',
      `no answer in time: entry ${entry} of the audit log will show how it ended`,
    );
  }
}
