import type { Lease } from '../lock/order-lock.ts';
import type { Spool } from '../persist/spool.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { within } from '../system/within.ts';
import type { Depositor } from './depositor.ts';
import { repeatOf } from './fingerprints.ts';

/** What comes into the spool while Redis is only slow waits about so long. */
const EVERY_MS = 1000;
const BATCH = 100;
/** Some thousand events; everything else waits so long at most. */
const FIRST_MS = 5000;
const LOOK_AGAIN_MS = 50;

/** What an unspooler works with. */
export interface UnspoolTools {
  spool: Spool;
  depositor: Depositor;
  /** Whether Redis has room; where it has none, some is made. */
  makeRoom: () => Promise<boolean>;
  /** One worker moves at a time; null where another does. */
  lock: () => Promise<Lease | null>;
  log: Logger;
  onMoved: (events: number) => void;
}

/**
 * Moves events out of the spool into their mailboxes, as they arrived. If the process dies between the
 * deposit and the removal, the event is deposited again, and found to be there already (P3).
 */
export class Unspooler {
  readonly part: Repeating;
  readonly #tools: UnspoolTools;
  /** Redis had no room when it was last asked: then nobody waits for the spool. */
  #short = false;

  constructor(tools: UnspoolTools) {
    this.#tools = tools;
    this.part = repeating(
      'spool',
      EVERY_MS,
      () => this.#move(),
      (error) => tools.log.debug({ reason: messageOf(error) }, 'spool not moved; it is tried again'),
    );
  }

  /** Moves before anything else goes on, or waits while another does; what takes longer is left to the timer. */
  async moveFirst(): Promise<void> {
    const deadline = Date.now() + FIRST_MS;
    const left = async () => (await this.#tools.spool.oldest(1)).length > 0;
    do {
      await within(this.part.once(), FIRST_MS).catch(() => undefined);
      if (this.#short || !(await left().catch(() => false))) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    } while (Date.now() < deadline);
  }

  /** Moves all there is. @throws where MongoDB or Redis is away; what was not moved stays */
  async #move(): Promise<void> {
    const { spool, makeRoom, lock, log } = this.#tools;
    if ((await spool.oldest(1)).length === 0) return;
    this.#short = !(await makeRoom());
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

  /** All of a batch are sent in order on one connection, so they arrive in order. */
  async #moveSome(lease: Lease): Promise<number> {
    const { spool, depositor, onMoved } = this.#tools;
    const batch = await spool.oldest(BATCH);
    lease.assertHeld();
    const deposits = batch.map(({ event, delivery }) => depositor.deposit(event, delivery, repeatOf(event)));
    const outcomes = await Promise.allSettled(deposits);
    const done = batch.filter((_, i) => outcomes[i]?.status === 'fulfilled').map(({ event }) => event.id);
    await spool.remove(done);
    onMoved(done.length);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return done.length;
  }
}
