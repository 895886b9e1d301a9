import { isMongoAway } from '../../persist/away.ts';
import { messageOf } from '../../system/errors.ts';
import { TooSlow } from '../../system/within.ts';

export const REDIS_AWAY = 'Redis is away: what it holds is not known now';

/** What ioredis says where a server went, or does not answer; and what we say ourselves. */
const OF_REDIS =
  /^Command timed out$|^Connection is closed|^Stream isn't writeable|^Socket timeout\. Expecting data|^Reached the max retries per request|^Command aborted|^Redis is away/;
const OF_LOCKS = /^only \d+ of \d+ lock servers answer$/;

/** A server that is away or hangs is a known state: in words for whoever asked. Null: a surprise. */
export function awayIn(error: unknown): string | null {
  const message = messageOf(error);
  if (isMongoAway(error))
    return 'MongoDB is away: what it keeps is not known now, and nothing can be changed';
  if (error instanceof TooSlow)
    return 'MongoDB or Redis does not answer in time: /api/status says how they are';
  if (OF_REDIS.test(message)) return REDIS_AWAY;
  return OF_LOCKS.test(message) ? `Redis is away: ${message}` : null;
}
