import type { WaitingEvent } from '../order/event.ts';
import { asEventId, type EventId } from '../order/identity.ts';
import { CREATE } from '../order/topics.ts';
import { coalesce } from '../system/coalesce.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { partitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { encodeEntry } from './mailbox-entry.ts';
import type { DepositAnswer, ScriptedRedis } from './scripts.ts';
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

const BATCHES = {
  /** A call with 32 of the largest bodies is 480 MB: Redis gives up a client at 1 GB. */
  largest: 32,
  /** Redis works on one while the next arrives. */
  atATime: 4,
  /** More than ingest has connections. */
  mayWait: 10_000,
};

export function depositor(
  redis: ScriptedRedis,
  partitions: readonly RedisKeys[],
  waker: Waker,
  dedupeTtlSeconds: number,
): Depositor {
  const stores = partitions.map((keys) =>
    coalesce<Depositing, DepositAnswer>((all) => storeAll(redis, keys, dedupeTtlSeconds, all), BATCHES),
  );
  return {
    deposit: async (event, delivery) => {
      const store = stores[partitionOf(event.order, partitions.length)];
      if (!store) throw new Error('no partitions');
      const answer = await store({ event, delivery }).catch((error: unknown) => {
        throw new Fault('not_durable', messageOf(error), error);
      });
      if (answer[0] === 2) throw new Fault('not_durable', answer[1]);
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

interface Depositing {
  event: WaitingEvent;
  delivery: string | null;
}

/** Stores many events of one partition in one round trip. */
async function storeAll(
  redis: ScriptedRedis,
  keys: RedisKeys,
  ttlSeconds: number,
  all: Depositing[],
): Promise<DepositAnswer[]> {
  const places = [keys.pending, keys.shops, keys.totals, keys.lastEvents];
  const facts: (string | number | Buffer)[] = [ttlSeconds, keys.dedupe('' as EventId), keys.traffic('')];
  for (const { event, delivery } of all) {
    places.push(keys.dedupe(event.id), keys.delivery(delivery ?? '-'), keys.mailbox(event.order));
    facts.push(event.order, delivery === null ? '0' : '1', encodeEntry(event));
  }
  return await redis.lockstepDeposit(places.length, ...places, ...facts);
}
