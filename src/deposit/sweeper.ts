import type { OrderKey } from '../order/identity.ts';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { LONGEST_DELAY_MS } from './operator-scripts.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import type { ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

/** Half of the ten seconds that P6 gives: one sweep may be missed. */
const EVERY_MS = 5000;
/** Orders looked at in one script: some milliseconds of Redis's time. */
const PAGE = 1000;

/**
 * Finds waiting orders without a job (a process died between mailbox and wake-up, or the jobs were
 * deleted) and wakes them (P6). It looks at the oldest thousand, further while it finds some, and at one
 * more thousand that is another each time: with half a million waiting and all well, a sweep is two calls. While
 * fewer than a thousand wait, it counts each shop's events again.
 *
 * Every worker runs its own on a timer. Not a BullMQ JobScheduler: what deletes the jobs deletes that too.
 */
export class Sweeper {
  readonly part: Repeating;
  readonly #redis: ScriptedRedis;
  readonly #partitions: readonly RedisKeys[];
  readonly #waker: Waker;
  readonly #log: Logger;
  readonly #onSwept: (orders: number) => void;
  /** Rank at which the next look beyond the oldest begins. */
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
    this.part = repeating(
      'sweeper',
      EVERY_MS,
      () => this.sweep(),
      (error) => log.warn({ reason: messageOf(error) }, 'sweep failed; the next one comes'),
    );
  }

  /** One look at every partition. */
  async sweep(): Promise<void> {
    for (const keys of this.#partitions) {
      const few = await this.#sweepPartition(keys);
      if (few) await this.#recount(keys);
    }
  }

  async #recount(keys: RedisKeys): Promise<void> {
    const mailboxes = keys.mailbox('' as OrderKey);
    const shops = await this.#redis.lockstepRecount(keys.pending, keys.shops, mailboxes, PAGE);
    if (shops > 0) this.#log.warn({ shops }, 'counters of waiting events were wrong, and were counted again');
  }

  /** Whether one page had all that waits. */
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
      from,
      to,
      queueKeys,
      LONGEST_DELAY_MS,
    );
    if (orders.length > 0) {
      await this.#waker.wakeAnew(orders as OrderKey[]);
      this.#onSwept(orders.length);
      this.#log.info({ orders: orders.length }, 'woke orders whose job was lost');
    }
    return { full: seen === PAGE, found: orders.length };
  }
}
