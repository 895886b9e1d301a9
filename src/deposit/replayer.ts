import type { WaitingEvent } from '../order/event.ts';
import { orderKey, partsOf, type OrderKey } from '../order/identity.ts';
import { routeOf } from '../order/routing.ts';
import { isShopTopic } from '../order/shop-topics.ts';
import { isTopic } from '../order/topics.ts';
import { Fault } from '../system/errors.ts';
import { DEPOSIT_SHARE } from '../system/redis-memory.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { encodeEntry } from './mailbox-entry.ts';
import type { ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

/**
 * Puts an event back into its order's mailbox, past its dedupe claim, and wakes a drain. Pushed twice it is
 * applied once: its order remembers it, and the journal has it (P3). If the process dies after the push, the
 * sweeper wakes the order (P6).
 */
export interface Replayer {
  /**
   * Answers its order: another than before where today's rules read more in its body.
   * @throws Fault redis_full when Redis has room for drains only; the event is not in the mailbox then
   * @throws where Redis is down
   */
  replay: (event: WaitingEvent) => Promise<OrderKey>;
}

export function replayer(
  redis: ScriptedRedis,
  partitions: readonly RedisKeys[],
  waker: Waker,
  dedupeTtlSeconds: number,
): Replayer {
  return {
    replay: async (parked) => {
      const event = routedAnew(parked);
      const keys = partitions[partitionOf(event.order, partitions.length)];
      if (!keys) throw new Error('no partitions');
      const { shop } = partsOf(event.order);
      const { id, order, topic, webhookId, body } = event;
      // Of the delivery only: the event's own fingerprint is its id.
      const { delivery } = fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body });
      const answer = await redis.lockstepReplay(
        keys.pending,
        keys.shops,
        keys.mailbox(order),
        keys.dedupe(id),
        keys.delivery(delivery ?? '-'),
        keys.failures(id),
        order,
        shop,
        dedupeTtlSeconds,
        delivery === null ? '0' : '1',
        encodeEntry(event),
        DEPOSIT_SHARE,
      );
      if (typeof answer !== 'number')
        throw new Fault('redis_full', `${answer[0]} of ${answer[1]} bytes are used`);
      waker.wake(order);
      return order;
    },
  };
}

/** An event that named no order when it arrived may name one by today's rules. */
function routedAnew(event: WaitingEvent): WaitingEvent {
  const { shop, orderId } = partsOf(event.order);
  if (orderId !== null || isShopTopic(event.topic)) return event;
  if (!isTopic(event.topic)) return { ...event, unreadable: `the topic ${event.topic} is not handled` };
  const found = routeOf(event.topic, event.body);
  if (found.to === 'order') return { ...event, order: orderKey(shop, found.orderId) };
  const because = found.to === 'nowhere' ? found.because : `${event.topic} is about no order`;
  return { ...event, unreadable: because };
}
