import { Queue, Worker } from 'groupmq';
import type { Redis } from 'ioredis';
import { applyWebhook } from './apply.ts';
import { acceptOnce } from './once.ts';
import { BUSY_RETRY_MS, type Rival } from './rival.ts';
import type { Webhook } from './webhook.ts';

const queueOn = (redis: Redis) =>
  new Queue<Webhook>({ redis, namespace: 'webhooks', maxAttempts: Number.MAX_SAFE_INTEGER });

/**
 * groupmq 1.1.0: a group's jobs run one at a time. Here, a group is an order, and waiting jobs are sorted by
 * when Shopify triggered them. orderingDelayMs, which would also wait for jobs still on their way, is off:
 * its promoter moves 100 jobs every 100 ms, fewer than are sent here. Of 20, 50, 100 and 200 concurrent jobs,
 * Lockstep's 100 was the fastest (790 a second in runs of 3 s; the others 680, 740 and 720).
 *
 * A worker that is killed during a job leaves its group stuck forever (groupmq's issues #12 and #14).
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
