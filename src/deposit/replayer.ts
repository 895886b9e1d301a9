import type { WaitingEvent } from '../order/event.ts';
import { orderKey, partsOf, type OrderKey } from '../order/identity.ts';
import { routeOf } from '../order/routing.ts';
import { isShopTopic } from '../order/shop-topics.ts';
import { isExternalType } from '../order/external-types.ts';
import { isTopic } from '../order/topics.ts';
import { Fault } from '../system/errors.ts';
import { DEPOSIT_SHARE } from '../system/redis-memory.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { LANES } from './fair-shares.ts';
import { encodeEntry } from './mailbox-entry.ts';
import type { ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

/**
 * Puts an event back into its order's mailbox, regardless of its dedupe claim, and wakes a drain. An event
 * that is pushed twice is applied once: its order and the journal record it (P3). If the process dies after
 * the push, the sweeper wakes the order (P6).
 */
export interface Replayer {
  /**
   * Returns the event's order, which changes if the current rules find an order in the body.
   * @throws Fault redis_full if Redis has room only for drains; the event is not in the mailbox then
   * @throws if Redis is down
   */
  replay: (event: WaitingEvent) => Promise<OrderKey>;
}

export function createReplayer(
  redis: ScriptedRedis,
  partitions: readonly RedisKeys[],
  waker: Waker,
  dedupeTtlSeconds: number,
): Replayer {
  return {
    replay: async (parked) => {
      const event = rerouted(parked);
      const keys = inPartitionOf(event.order, partitions);
      const { shop } = partsOf(event.order);
      const { id, order, topic, webhookId, body } = event;
      // Only the delivery's fingerprint is needed: the event keeps its id.
      const { delivery } = fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body });
      const answer = await redis.lockstepReplay(
        keys.pending,
        keys.shops,
        keys.mailbox(order),
        keys.dedupe(id),
        keys.delivery(delivery ?? '-'),
        keys.failures(id),
        keys.round,
        keys.shares,
        keys.rounds,
        order,
        shop,
        dedupeTtlSeconds,
        delivery === null ? '0' : '1',
        encodeEntry(event),
        DEPOSIT_SHARE,
        LANES.replay,
      );
      if (typeof answer !== 'number')
        throw new Fault('redis_full', `${answer[0]} of ${answer[1]} bytes are used`);
      waker.wake(order, answer);
      return order;
    },
  };
}

/** An event that named no order when it arrived may name one under the current rules. */
function rerouted(event: WaitingEvent): WaitingEvent {
  const { shop, orderId } = partsOf(event.order);
  if (orderId !== null || isShopTopic(event.topic) || isExternalType(event.topic)) return event;
  if (!isTopic(event.topic)) return { ...event, unreadable: `the topic ${event.topic} is not handled` };
  const found = routeOf(event.topic, event.body);
  if (found.to === 'order') return { ...event, order: orderKey(shop, found.orderId) };
  const because = found.to === 'nowhere' ? found.because : `this ${event.topic} is not about an order`;
  return { ...event, unreadable: because };
}
