import type { Redis } from 'ioredis';
import { createDepositor, type Depositor, type DepositOptions } from '../deposit/depositor.ts';
import { openQueues } from '../deposit/queues.ts';
import { createWaker, type Waker } from '../deposit/waker.ts';
import { dedupeTtlSeconds, type Config } from '../system/config.ts';
import { openRedis } from '../system/connections.ts';
import type { Component } from '../system/lifecycle.ts';
import type { RedisResources } from './resources.ts';

/** The queues of all partitions, and what adds wake-ups to them. */
export interface Wakes {
  queues: ReturnType<typeof openQueues>;
  waker: Waker;
}

export function wakesOver(
  connection: Redis,
  { log, metrics, partitions }: Pick<RedisResources, 'log' | 'metrics' | 'partitions'>,
): Wakes {
  const queues = openQueues(connection, partitions);
  return { queues, waker: createWaker(queues, log, () => metrics.wakeFailures.inc()) };
}

/** Wake-ups with a connection of their own. */
export interface OpenWakes extends Wakes {
  components: readonly Component[];
}

/**
 * Wake-ups, for a program that does not wait for Redis. They have a separate connection that does: BullMQ's Queue
 * stays unusable if its first try fails.
 */
export function openWakes(resources: RedisResources<Config<'REDIS_URL'>>): OpenWakes {
  const redis = openRedis(resources.config.REDIS_URL, 'patient', resources.log);
  const wakes = wakesOver(redis, resources);
  const components = [
    { name: 'queue', stop: () => redis.disconnect() },
    { name: 'wake-ups', stop: wakes.waker.flush },
  ];
  return { ...wakes, components };
}

export function depositorOver(
  { config, redis, partitions }: Pick<RedisResources, 'config' | 'redis' | 'partitions'>,
  waker: Waker,
  options: Omit<DepositOptions, 'weights'> = {},
): Depositor {
  const weights = config.SHOP_WEIGHTS ?? {};
  return createDepositor(redis, partitions, waker, dedupeTtlSeconds(config), { ...options, weights });
}
