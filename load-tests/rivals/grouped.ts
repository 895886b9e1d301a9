import { Queue, Worker } from 'groupmq';
import type { Redis } from 'ioredis';
import { applyWebhook } from './apply.ts';
import { acceptOnce } from './once.ts';
import { BUSY_RETRY_MS, type Rival } from './rival.ts';
import type { Webhook } from './webhook.ts';

const queueOn = (redis: Redis) =>
  new Queue<Webhook>({ redis, namespace: 'webhooks', maxAttempts: Number.MAX_SAFE_INTEGER });

/**
 * groupmq 1.1.0: a group's jobs run one at a time, here the order's, sorted by when Shopify triggered
 * them while they wait. orderingDelayMs, which would also wait for those still on their way, is left off:
 * its promoter moves 100 jobs each 100 ms, fewer than are sent here. Of 20, 50, 100 and 200 jobs at a time
 * Lockstep's 100 was the fastest (790 a second in runs of 3 s; the others 680, 740 and 720).
 *
 * A worker that is killed in the middle of a job leaves its group stuck for ever (groupmq's issues #12
 * and #14); no worker is killed in the comparison.
 */
export const grouped: Rival = {
  about: 'groupmq, the order as group',
  accept: async (ground) => {
    const redis = await ground.redis();
    const queue = queueOn(redis);
    return acceptOnce(redis, ground, (webhook) =>
      queue.add({ groupId: webhook.order, data: webhook, orderMs: orderMsOf(webhook) }),
    );
  },
  work: async (ground) => {
    const store = await ground.store();
    return new Worker({
      queue: queueOn(await ground.redis()),
      concurrency: ground.concurrency,
      backoff: () => BUSY_RETRY_MS,
      handler: ({ data }) => applyWebhook(data, store),
    });
  },
};

function orderMsOf({ triggeredAt, receivedAt }: Webhook): number {
  return triggeredAt === null ? receivedAt : Date.parse(triggeredAt);
}
