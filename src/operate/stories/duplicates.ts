import type { Redis } from 'ioredis';
import { trustedEventId, trustedOrderKey } from '../../order/identity.ts';
import { inPartitionOf, type RedisKeys } from '../../system/redis-keys.ts';
import { within } from '../../system/within.ts';

/** An event, its order, and the number in the journal. */
interface DuplicateCount {
  event: string;
  order: string;
  duplicates: number;
}

/**
 * How many duplicates each event had: the same number wherever an event is shown. Its claim counts every delivery
 * until it expires (DEDUPE_TTL_HOURS). After that, and while Redis is down, the number is the journal's.
 */
export type Duplicates = (events: readonly DuplicateCount[]) => Promise<number[]>;

/** A Redis that hangs must not delay what MongoDB has. */
const REDIS_MS = 1000;

export function duplicatesOf(redis: Redis, partitions: readonly RedisKeys[]): Duplicates {
  const hitsOf = async ({ event, order }: DuplicateCount): Promise<number> => {
    const keys = inPartitionOf(trustedOrderKey(order), partitions);
    return Number(await redis.hget(keys.dedupe(trustedEventId(event)), 'hits'));
  };
  return async (events) => {
    const asked = redis.status === 'ready' ? Promise.all(events.map(hitsOf)) : Promise.resolve([]);
    const hits = await within(asked, REDIS_MS).catch(() => []);
    return events.map(({ duplicates }, i) => Math.max(duplicates, hits[i] ?? 0));
  };
}
