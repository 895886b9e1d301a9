import type { WaitingEvent } from '../order/event.ts';
import { asEventId, partsOf, type EventId } from '../order/identity.ts';
import { CREATE } from '../order/topics.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { encodeEntry } from './mailbox-entry.ts';
import type { ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

type Deposited =
  { outcome: 'accepted'; event: EventId } | { outcome: 'duplicate'; event: EventId; firstSeenAt: Date };

/**
 * Puts events into their orders' mailboxes, each once, and wakes a drain. When `deposit` answers, the
 * event is durable (P2); the wake-up follows without being waited for, and the sweeper makes up for one
 * that is lost (P6).
 */
export interface Depositor {
  /** @throws Fault not_durable when Redis does not take it in time; it may or may not be there then */
  deposit: (event: WaitingEvent, delivery: string | null) => Promise<Deposited>;
}

export function depositor(
  redis: ScriptedRedis,
  partitions: readonly RedisKeys[],
  waker: Waker,
  dedupeTtlSeconds: number,
): Depositor {
  const store = async (event: WaitingEvent, delivery: string | null, keys: RedisKeys) => {
    try {
      const { id, order } = event;
      const places = [keys.dedupe(id), keys.delivery(delivery ?? '-'), keys.mailbox(order)];
      const facts = [id, order, partsOf(order).shop, dedupeTtlSeconds, encodeEntry(event)];
      const hasDelivery = delivery === null ? '0' : '1';
      return await redis.lockstepDeposit(
        ...places,
        keys.pending,
        keys.shops,
        keys.totals,
        ...facts,
        keys.dedupe('' as EventId),
        hasDelivery,
      );
    } catch (error) {
      throw new Fault('not_durable', messageOf(error), error);
    }
  };
  return {
    deposit: async (event, delivery) => {
      const keys = partitions[partitionOf(event.order, partitions.length)];
      if (!keys) throw new Error('no partitions');
      const answer = await store(event, delivery, keys);
      if (answer[0] === 0) {
        const [, first, at] = answer;
        return {
          outcome: 'duplicate',
          event: asEventId(first) ?? event.id,
          firstSeenAt: new Date(Number(at)),
        };
      }
      // The first event needs a drain; a create ends the hold of those that came before it.
      if (answer[1] === 1 || event.topic === CREATE) waker.wake(event.order);
      return { outcome: 'accepted', event: event.id };
    },
  };
}
