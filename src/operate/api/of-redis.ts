import type { Redis } from 'ioredis';
import { Refusal } from '../refusal.ts';
import { REDIS_AWAY } from './outage-text.ts';

/** Refuses a request that needs Redis while Redis is down: a known state, not an unexpected error. */
export async function ofRedis<Value>(redis: Redis, ask: () => Promise<Value>): Promise<Value> {
  refuseIfAway(redis);
  try {
    return await ask();
  } catch (error) {
    // Redis may have gone down meanwhile.
    if (!(error instanceof Refusal)) refuseIfAway(redis);
    throw error;
  }
}

function refuseIfAway(redis: Redis): void {
  if (redis.status !== 'ready') throw new Refusal('unavailable', REDIS_AWAY);
}
