import type { Redis } from 'ioredis';
import { trustedOrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import { countParked } from '../../persist/parked-count.ts';
import { inPartitionOf, type RedisKeys } from '../../system/redis-keys.ts';
import { within } from '../../system/within.ts';

/** Accepted events of an order that are not part of it yet. If there are any, the order is incomplete. */
export interface Missing {
  /** In its mailbox and in the spool; null while Redis is down. */
  waitingEvents: number | null;
  parkedEvents: number;
}

/** For each of these orders: two indexed queries and one round trip to Redis for all. */
export type MissingEvents = (orders: readonly string[]) => Promise<Missing[]>;

interface MissingTools {
  collections: Pick<Collections, 'parked' | 'spool'>;
  redis: Redis;
  partitions: readonly RedisKeys[];
}

/** A Redis that hangs must not delay what MongoDB has. */
const REDIS_MS = 1000;

export function missingEvents(tools: MissingTools): MissingEvents {
  const { parked, spool } = tools.collections;
  return async (orders) => {
    if (orders.length === 0) return [];
    const [inMailboxes, spooled, byOrder] = await Promise.all([
      within(mailboxLengths(tools, orders), REDIS_MS).catch(() => null),
      spool.aggregate<{ _id: string; events: number }>([
        { $match: { order: { $in: [...orders] } } },
        { $group: { _id: '$order', events: { $sum: 1 } } },
      ]),
      countParked(parked, orders),
    ]);
    const inSpool = new Map(spooled.map(({ _id, events }) => [_id, events]));
    return orders.map((order, i) => ({
      waitingEvents: inMailboxes === null ? null : (inMailboxes[i] ?? 0) + (inSpool.get(order) ?? 0),
      parkedEvents: byOrder.get(order) ?? 0,
    }));
  };
}

/** @throws while Redis is down */
async function mailboxLengths(
  { redis, partitions }: MissingTools,
  orders: readonly string[],
): Promise<number[]> {
  if (redis.status !== 'ready') throw new Error('Redis is down');
  const pipeline = redis.pipeline();
  for (const order of orders.map(trustedOrderKey)) {
    const keys = inPartitionOf(order, partitions);
    pipeline.llen(keys.mailbox(order));
  }
  const answers = (await pipeline.exec()) ?? [];
  const failed = answers.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  return answers.map(([, length]) => Number(length));
}
