import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { TooSlow, within } from '../../system/within.ts';
import { Refusal } from './refusal.ts';
import type { Asker, Route } from './route.ts';

/**
 * How much one asker may, and how long an answer may take. Counted in this process, for each token with all that
 * came of it. Who brings none is counted by address, and a proxy's headers are not read: behind a proxy all guesses
 * share one count, and nobody who is known shares it.
 */

/** For a route with a limit; where it says whom it counts for, its body must have been read. */
export function limited({ perMinute = Infinity, countedFor }: Route): RequestHandler {
  const keyOf = async (request: Request, response: Response) => {
    const who = response.locals.who as Asker | null;
    const known = countedFor ? await countedFor(request.body) : who?.root;
    return known ?? ipKeyGenerator(request.ip ?? '');
  };
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator: keyOf,
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler: () => {
      throw new Refusal('too_many', `${perMinute} tries a minute are allowed: wait a minute`);
    },
  });
}

/** No page waits longer. What MongoDB and Redis answer takes 0.2 s at most (npm run lookups). */
const LOOK_MS = 5000;

/** What only looks. @throws TooSlow */
export async function inTime<Answer>(route: Route, looking: Promise<Answer>): Promise<Answer> {
  return await within(looking, route.withinMs ?? LOOK_MS);
}

/** Longer than a million parked events take; what is begun ends, and the audit says how. */
const CHANGE_MS = 10_000;

/** What changes something, and was begun. @throws Refusal where nobody can say yet how it ends */
export async function changedInTime<Answer>(changing: Promise<Answer>, entry: number): Promise<Answer> {
  try {
    return await within(changing, CHANGE_MS);
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    throw new Refusal('away', `no answer in time: how it ends will stand in entry ${entry} of the audit`);
  }
}
