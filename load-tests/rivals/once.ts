import type { Redis } from 'ioredis';
import type { Accept, Ground } from './rival.ts';
import { webhookOf, type Webhook } from './webhook.ts';

/**
 * The usual dedupe: SET NX by Shopify's webhook id, then the work. If that fails, the key is deleted, so
 * that Shopify's retry is not a duplicate. A process that dies between the two loses the event: no tutorial
 * closes that gap.
 */
export function acceptOnce(
  redis: Redis,
  { dedupeTtlSeconds }: Ground,
  keep: (webhook: Webhook) => Promise<unknown>,
): Accept {
  return async (arrival) => {
    const mark = `webhook:${arrival.webhookId}`;
    if ((await redis.set(mark, '1', 'EX', dedupeTtlSeconds, 'NX')) === null) return 'duplicate';
    try {
      await keep(webhookOf(arrival));
    } catch (error) {
      await redis.del(mark);
      throw error;
    }
    return 'accepted';
  };
}
