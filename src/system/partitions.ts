import type { Redis } from 'ioredis';
import { Fault, messageOf } from './errors.ts';
import { PARTITIONS_KEY } from './redis-keys.ts';

/**
 * The number of partitions is a fact of Redis: with two numbers events wait where no worker looks (P6). The first
 * program writes it, every other must have the same. Where Redis was emptied it is written again. It is read
 * before it is written, because a Redis that is full to the brim can still be read; there it is written later.
 * @throws Fault unsuitable where Redis has another number
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
    `PARTITIONS is ${partitions} here and ${found} in Redis: events would wait where no worker looks. ` +
      `Set PARTITIONS=${found}. To change the number, stop all programs when nothing waits, ` +
      `delete the key ${PARTITIONS_KEY} in Redis, and start them with the new number`,
  );
}
