import type { Redis } from 'ioredis';
import { REDIS_AWAY } from './away.ts';
import { Refusal } from './refusal.ts';

/** Refuses what only Redis can answer or do while it is down: a known state, not a surprise. */
export async function ofRedis<Value>(redis: Redis, ask: () => Promise<Value>): Promise<Value> {
  refuseIfAway(redis);
  try {
    return await ask();
  } catch (error) {
    // It may have gone in the middle.
    if (!(error instanceof Refusal)) refuseIfAway(redis);
    throw error;
  }
}

function refuseIfAway(redis: Redis): void {
  if (redis.status !== 'ready') throw new Refusal('away', REDIS_AWAY);
}
