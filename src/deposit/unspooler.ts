import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../lock/locks.ts';
import type { Spool } from '../persist/spool.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { within } from '../system/within.ts';
import type { Depositor } from './depositor.ts';
import { repeatOf } from './fingerprints.ts';

/** While Redis is only slow, a spooled event waits about this long. */
const EVERY_MS = 1000;
const BATCH = 100;
/** Enough for a few thousand events; everything else waits at most this long. */
const FIRST_MS = 5000;
const LOOK_AGAIN_MS = 50;

/** The tools of an unspooler. */
export interface UnspoolTools {
  spool: Spool;
  depositor: Depositor;
  /** Whether Redis has room; if not, or if it has just refused an event, makes some. */
  makeRoom: (isRefused: boolean) => Promise<boolean>;
  /** One worker moves events at a time; null if another one does. */
  lock: () => Promise<Lease | null>;
  log: Logger;
  onMoved: (events: number) => void;
}

/**
 * Moves events from the spool into their mailboxes, in the order of their arrival. If the process dies
 * between the deposit and the removal, the event is deposited again and recognised as a duplicate (P3).
 */
export class Unspooler {
  readonly component: Repeating;
  readonly #tools: UnspoolTools;
  /** Redis had no room when it was last checked: then nothing waits for the spool. */
  #short = false;
  /** Redis refused an event of the last move for lack of room. */
  #isRefused = false;

  constructor(tools: UnspoolTools) {
    this.#tools = tools;
    this.component = repeating(
      'spool',
      EVERY_MS,
      () => this.#move(),
      (error) => tools.log.debug({ because: messageOf(error) }, 'spool not moved; it will be retried'),
    );
  }

  /** Moves events before anything else runs, or waits while another worker does. The timer moves the rest. */
  async moveFirst(): Promise<void> {
    const deadline = Date.now() + FIRST_MS;
    const left = async () => (await this.#tools.spool.oldest(1)).length > 0;
    do {
      await within(this.component.once(), FIRST_MS).catch(() => undefined);
      if (this.#short || !(await left().catch(() => false))) return;
      await sleep(LOOK_AGAIN_MS);
    } while (Date.now() < deadline);
  }

  /** Moves all spooled events. @throws if MongoDB or Redis is down; events that were not moved stay */
  async #move(): Promise<void> {
    const { spool, makeRoom, lock, log } = this.#tools;
    if ((await spool.oldest(1)).length === 0) return;
    this.#short = !(await makeRoom(this.#isRefused));
    this.#isRefused = false;
    if (this.#short) return;
    const lease = await lock();
    if (!lease) return;
    try {
      let moved = 0;
      for (;;) {
        const some = await this.#moveSome(lease);
        if (some === 0) break;
        moved += some;
      }
      log.info({ events: moved }, 'moved events from the spool into their mailboxes');
    } finally {
      await lease.release();
    }
  }

  /** Sends a batch in order on one connection, so its events arrive in order. */
  async #moveSome(lease: Lease): Promise<number> {
    const { spool, depositor, onMoved } = this.#tools;
    const batch = await spool.oldest(BATCH);
    lease.assertHeld();
    const deposits = batch.map(({ event, delivery }) => depositor.deposit(event, delivery, repeatOf(event)));
    const outcomes = await Promise.allSettled(deposits);
    const done = batch.filter((_, i) => outcomes[i]?.status === 'fulfilled').map(({ event }) => event.id);
    await spool.remove(done);
    onMoved(done.length);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    this.#isRefused = failed.some(({ reason }) => reason instanceof Fault && reason.code === 'redis_full');
    if (failed.length > 0) throw failed[0]?.reason;
    return done.length;
  }
}
