import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { EventId } from '../order/identity.ts';
import type { Receipt } from '../persist/receipts.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';

/** Which of these events Redis has a claim of: a claim never exists without its event (see scripts.ts). */
export function claimedIn(
  redis: Redis,
  partitions: readonly RedisKeys[],
): (receipts: readonly Receipt[]) => Promise<Set<EventId>> {
  return async (receipts) => {
    const there = await Promise.all(
      receipts.map(({ event, order }) => redis.exists(inPartitionOf(order, partitions).dedupe(event))),
    );
    return new Set(receipts.flatMap(({ event }, i) => (there[i] === 1 ? [event] : [])));
  };
}

/**
 * Differs from that of before if Redis may have lost what it acknowledged: it was emptied (the id at `key` is gone), it
 * was restarted (run_id), or it took over from another server (master_replid).
 */
export async function redisEpoch(redis: Redis, key: string): Promise<string> {
  await redis.set(key, randomUUID(), 'NX');
  const [id, server, replication] = await Promise.all([
    redis.get(key),
    redis.info('server'),
    redis.info('replication'),
  ]);
  const run = /^run_id:(\w+)/m.exec(server)?.[1];
  const replica = /^master_replid:(\w+)/m.exec(replication)?.[1];
  return [id, run, replica].join(' ');
}
