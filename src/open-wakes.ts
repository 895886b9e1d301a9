import { openQueues } from './deposit/queues.ts';
import { waker } from './deposit/waker.ts';
import { openRedis } from './system/connections.ts';
import type { Metrics } from './system/metrics.ts';
import type { Surroundings } from './system/program.ts';
import { allRedisKeys } from './system/redis-keys.ts';

/**
 * Wake-ups, for a program that does not wait for Redis. They have a connection of their own that does: BullMQ's Queue
 * stays unusable if its first try fails.
 */
export async function openWakes({ config, log, lifecycle }: Surroundings<'REDIS_URL'>, metrics: Metrics) {
  const redis = openRedis(config.REDIS_URL, 'patient', log);
  await lifecycle.start({ name: 'queue', stop: () => redis.disconnect() });
  const queues = openQueues(redis, allRedisKeys(config.PARTITIONS));
  const wakes = waker(queues, log, () => metrics.wakeFailures.inc());
  await lifecycle.start({ name: 'wake-ups', stop: wakes.settle });
  return { queues, wakes };
}
