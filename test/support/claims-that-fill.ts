import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { EventId } from '../../src/order/identity.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { readMemory } from '../../src/system/redis-memory.ts';
import { keyOf } from './waiting-event.ts';

/** Claims of processed events, until this share of maxmemory is used. */
export async function fillWithClaims(redis: Redis, share: number, ttlSeconds: number): Promise<EventId[]> {
  const keys = redisKeys(0);
  const made: EventId[] = [];
  for (;;) {
    const { usedBytes, maxBytes } = await readMemory(redis);
    if (usedBytes >= share * maxBytes) return made;
    const pipeline = redis.pipeline();
    for (let i = 0; i < 200; i += 1) {
      const id = randomBytes(32).toString('hex') as EventId;
      made.push(id);
      pipeline.hset(keys.dedupe(id), 'order', keyOf(`9${made.length}`), 'at', Date.now(), 't', 7);
      pipeline.expire(keys.dedupe(id), ttlSeconds);
      pipeline.set(keys.delivery(id.slice(0, 16)), id, 'EX', ttlSeconds);
    }
    await pipeline.exec();
  }
}
