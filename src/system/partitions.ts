import type { Redis } from 'ioredis';
import { Fault, messageOf } from './errors.ts';
import { PARTITIONS_KEY } from './redis-keys.ts';

/**
 * The number of partitions is kept in Redis. If programs used different numbers, events would wait in
 * partitions that no worker reads (P6). The first program writes the number, all others must have the same.
 * If Redis was emptied, it is written again. It is read before it is written, because a completely full Redis
 * still answers reads; then it is written later.
 * @throws Fault unsuitable when Redis has another number
 */
export async function agreeOnPartitions(redis: Redis, partitions: number): Promise<void> {
  let found = await redis.get(PARTITIONS_KEY);
  while (found === null) {
    try {
      await redis.set(PARTITIONS_KEY, partitions, 'NX');
    } catch (error) {
      if (/^OOM\b/.test(messageOf(error))) return;
      throw error;
    }
    found = await redis.get(PARTITIONS_KEY);
  }
  if (found === String(partitions)) return;
  throw new Fault(
    'unsuitable',
    `PARTITIONS is ${partitions} here and ${found} in Redis: events would wait in partitions that no worker reads. ` +
      `Set PARTITIONS=${found}. To change the number, stop all programs when no events are waiting, ` +
      `delete the key ${PARTITIONS_KEY} in Redis, and start them with the new number`,
  );
}
