import type { Redis } from 'ioredis';

/** The time by Redis's clock, in whole ms since 1970. Waits and ages are measured with it in all programs. */
export async function redisNow(redis: Redis): Promise<number> {
  return redisMs(await redis.time());
}

/** The answer of TIME, seconds and microseconds, in the same form. */
export function redisMs([seconds, micros]: readonly (number | string)[]): number {
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
