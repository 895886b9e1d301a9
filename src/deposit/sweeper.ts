import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { LONGEST_DELAY_MS } from './operator-scripts.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import type { ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

/** Half of the ten seconds that P6 allows, so one sweep may fail. */
const EVERY_MS = 5000;
/** Orders checked by one script call: a few milliseconds of Redis's time. */
const PAGE = 1000;

/**
 * Finds waiting orders without a job, and wakes them (P6): a process died between mailbox and wake-up, or the
 * jobs were deleted. A sweep checks the oldest thousand orders, and continues while it finds lost jobs. Then
 * it checks one more thousand, a different one each time. So with half a million waiting orders and no lost
 * jobs, a sweep is two calls. While fewer than a thousand orders wait, it also recounts each shop's events.
 *
 * Every worker runs its own sweeper on a timer. It is not a BullMQ JobScheduler: anything that deletes
 * the jobs would delete the scheduler too.
 */
export class Sweeper {
  readonly component: Repeating;
  readonly #redis: ScriptedRedis;
  readonly #partitions: readonly RedisKeys[];
  readonly #waker: Waker;
  readonly #log: Logger;
  readonly #onSwept: (orders: number) => void;
  /** The rank at which the next check beyond the oldest orders starts. */
  readonly #further = new Map<RedisKeys, number>();

  constructor(
    redis: ScriptedRedis,
    partitions: readonly RedisKeys[],
    waker: Waker,
    log: Logger,
    onSwept: (orders: number) => void,
  ) {
    this.#redis = redis;
    this.#partitions = partitions;
    this.#waker = waker;
    this.#log = log;
    this.#onSwept = onSwept;
    this.component = repeating(
      'sweeper',
      EVERY_MS,
      () => this.sweep(),
      (error) => log.warn({ because: messageOf(error) }, 'sweep failed; it will be retried'),
    );
  }

  /** Sweeps every partition once. */
  async sweep(): Promise<void> {
    for (const keys of this.#partitions) {
      const few = await this.#sweepPartition(keys);
      if (few) await this.#recount(keys);
    }
  }

  async #recount(keys: RedisKeys): Promise<void> {
    const mailboxes = keys.mailbox('');
    const shops = await this.#redis.lockstepRecount(keys.pending, keys.shops, mailboxes, PAGE);
    if (shops > 0) this.#log.warn({ shops }, 'counters of waiting events were wrong; recounted them');
  }

  /** Returns whether one page contained all waiting orders. */
  async #sweepPartition(keys: RedisKeys): Promise<boolean> {
    for (let from = 0; ; from += PAGE) {
      const { full, found } = await this.#sweepPage(keys, from);
      if (!full) return from === 0;
      if (found > 0) continue;
      const further = Math.max(this.#further.get(keys) ?? 0, from + PAGE);
      const beyond = await this.#sweepPage(keys, further);
      this.#further.set(keys, beyond.full ? further + PAGE : 0);
      return false;
    }
  }

  async #sweepPage(keys: RedisKeys, from: number): Promise<{ full: boolean; found: number }> {
    const queueKeys = `${keys.queuePrefix}:${QUEUE}:`;
    const to = from + PAGE - 1;
    const [seen, orders] = await this.#redis.lockstepUnattended(
      keys.pending,
      keys.rounds,
      from,
      to,
      queueKeys,
      LONGEST_DELAY_MS,
    );
    if (orders.length > 0) {
      await this.#waker.wakeAgain(orders);
      this.#onSwept(orders.length);
      this.#log.info({ orders: orders.length }, 'woke orders whose job was lost');
    }
    return { full: seen === PAGE, found: orders.length };
  }
}
