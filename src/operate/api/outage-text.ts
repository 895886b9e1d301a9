import { isMongoAway } from '../../persist/is-mongo-away.ts';
import { messageOf } from '../../system/errors.ts';
import { TooSlow } from '../../system/within.ts';

export const REDIS_AWAY = 'Redis is down: its data is unavailable';

/** The messages of ioredis when a server goes down or does not answer, and our own. */
const OF_REDIS =
  /^Command timed out$|^Connection is closed|^Stream isn't writeable|^Socket timeout\. Expecting data|^Reached the max retries per request|^Command aborted|^Redis is down/;
const OF_LOCKS = /^only \d+ of \d+ lock servers answer$/;

/** The message for a server that is down or hangs, which is a known state. Null: an unexpected error. */
export function outageIn(error: unknown): string | null {
  const message = messageOf(error);
  if (isMongoAway(error)) return 'MongoDB is down: its data is unavailable, and nothing can be changed';
  if (error instanceof TooSlow) return 'MongoDB or Redis does not answer in time: see /api/status';
  if (OF_REDIS.test(message)) return REDIS_AWAY;
  return OF_LOCKS.test(message) ? `Redis is down: ${message}` : null;
}
