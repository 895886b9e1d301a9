import type { Redis } from 'ioredis';

/** Reads one key of any type as text. */
const READERS: Record<string, (redis: Redis, key: string) => Promise<unknown>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, '0', '-1', 'WITHSCORES'),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

/**
 * Every key of a database with its value, as text. @throws for a type that cannot be read: nothing is left
 * out
 */
export async function everythingIn(redis: Redis): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    // Gone between the two queries: locks and wake-ups come and go.
    if (type === 'none') continue;
    const reader = READERS[type];
    if (!reader) throw new Error(`${key} is a ${type}`);
    found.set(key, JSON.stringify(await reader(redis, key)));
  }
  return found;
}
