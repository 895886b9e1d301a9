import { elected } from '../lock/elected.ts';
import type { Locks } from '../lock/locks.ts';
import type { BackfillStore } from '../persist/backfill-store.ts';
import type { DestinationStore } from '../persist/destination-store.ts';
import { BACKFILL_RATE } from '../system/backfill-rate.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import type { Repeating } from '../system/repeating.ts';
import { HistoryNotReady } from './history.ts';
import { isSending } from './is-sending.ts';
import { insertHistory, type Backfilled, type HistoryTools } from './lane-history.ts';
import type { LaneQueues } from './lane-queues.ts';

/** Often enough that orders come evenly. */
const EVERY_MS = 250;
/** Keys read in one step: orders that have not changed since `from` cost nothing else. */
const READ_AT_ONCE = 500;
/** Orders whose history is made at the same time: of each, one body is in memory. */
const MADE_AT_ONCE = 8;
/** If a destination has this many open effects, a backfill waits: it adds no more than can be sent. */
const MOST_OPEN = 5000;
/** All publishers have noticed a new revision, and their lanes make histories. */
const NOTICED_AFTER_MS = 5000;

export interface ScanTools extends HistoryTools {
  destinations: Pick<DestinationStore, 'all'>;
  backfills: BackfillStore;
  queues: Pick<LaneQueues, 'wake'>;
  log: Logger;
  now: () => number;
}

/**
 * Walks over all orders of a destination's shops in the sequence of their keys, at the rate of its backfill, and inserts
 * the history that their lanes do not have. Its place is in the destination's document: it may die at any line, and run
 * twice at a time. What was inserted in front of the place is inserted again, with the same ids.
 */
export class BackfillScan {
  readonly #tools: ScanTools;
  readonly #budgets = new Map<string, Budget>();
  #known: string | null = null;

  constructor(tools: ScanTools) {
    this.#tools = tools;
  }

  /** Continues the backfill of every active destination. */
  async step(): Promise<void> {
    const all = await this.#tools.destinations.all();
    const unfinished = all.filter(isUnfinished);
    await this.#forget(unfinished.map(({ backfill: { id } }) => id));
    for (const destination of unfinished)
      if (isSending(destination, this.#tools.now()) && isNoticed(destination, this.#tools.now()))
        await this.#continue(destination);
  }

  async #continue(destination: Backfilled): Promise<void> {
    const { backfills, log, now } = this.#tools;
    const { backfill, backfillRate = BACKFILL_RATE, shops, _id: name } = destination;
    const budget = this.#budgetOf(backfill.id);
    const most = budget.ordersAt(now(), backfillRate);
    if (most < 1 || (await backfills.open(name, MOST_OPEN)) >= MOST_OPEN) return;
    const found = await backfills.next(shops, backfill.position, READ_AT_ONCE);
    const page = pageOf(found, backfill.from, most);
    budget.spend(page.touched.length);
    const made = await this.#make(destination, page.touched);
    const passed = made.stoppedAt === null ? page.passed : before(page.passed, made.stoppedAt);
    const about = backfill.about ?? (await backfills.count(shops));
    const position = passed.at(-1) ?? backfill.position;
    const moved = { position, orders: passed.length, effects: made.effects, about };
    if (!(await backfills.move(destination, moved))) return;
    if (passed.length < found.length || found.length === READ_AT_ONCE) return;
    await backfills.end({ ...destination, backfill: { ...backfill, position } }, new Date(now()));
    log.info({ destination: name, orders: backfill.orders + passed.length }, 'a backfill has ended');
  }

  /** @returns how many effects were made, and the first order whose history is not ready yet */
  async #make(
    destination: Backfilled,
    orders: readonly string[],
  ): Promise<{ effects: number; stoppedAt: string | null }> {
    const { backfills, queues } = this.#tools;
    const known = await backfills.made(destination.backfill.id, orders);
    const rest = orders.filter((order) => !known.has(order));
    let effects = 0;
    for (let i = 0; i < rest.length; i += MADE_AT_ONCE) {
      const some = rest.slice(i, i + MADE_AT_ONCE);
      const counts = await Promise.all(some.map((order) => this.#one(destination, order)));
      effects += counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      const woken = some.filter((_, n) => (counts[n] ?? 0) > 0);
      await queues.wake(
        destination,
        woken.map((order) => ({ order, topic: '', backfilled: true })),
      );
      const stopped = counts.indexOf(null);
      if (stopped >= 0) return { effects, stoppedAt: some[stopped] ?? null };
    }
    return { effects, stoppedAt: null };
  }

  /** Null: not ready yet. */
  async #one(destination: Backfilled, order: string): Promise<number | null> {
    try {
      return await insertHistory(destination, order, this.#tools);
    } catch (error) {
      if (error instanceof HistoryNotReady) return null;
      throw error;
    }
  }

  #budgetOf(backfill: string): Budget {
    const known = this.#budgets.get(backfill) ?? new Budget(this.#tools.now());
    this.#budgets.set(backfill, known);
    return known;
  }

  /** When the set of backfills has changed. */
  async #forget(unfinished: readonly string[]): Promise<void> {
    const key = unfinished.join(' ');
    if (key === this.#known) return;
    await this.#tools.backfills.forgetExcept(unfinished);
    for (const id of this.#budgets.keys()) if (!unfinished.includes(id)) this.#budgets.delete(id);
    this.#known = key;
  }
}

function isUnfinished(destination: { backfill?: Backfilled['backfill'] }): destination is Backfilled {
  return destination.backfill !== undefined && destination.backfill.endedAt === null;
}

/** Lanes of a new destination make histories from the beginning. */
function isNoticed({ createdAt, backfill: { since } }: Backfilled, now: number): boolean {
  return since.getTime() === createdAt.getTime() || now - since.getTime() >= NOTICED_AFTER_MS;
}

/** How many orders a step may take: at most those of one second. */
class Budget {
  #at: number;
  #orders = 1;

  constructor(now: number) {
    this.#at = now;
  }

  ordersAt(now: number, rate: number): number {
    this.#orders = Math.min(rate, this.#orders + (rate * Math.max(0, now - this.#at)) / 1000);
    this.#at = now;
    return Math.floor(this.#orders);
  }

  spend(orders: number): void {
    this.#orders -= orders;
  }
}

/** The keys that a step passes, and those of them whose history it makes: they have changed since `from`. */
function pageOf(
  found: readonly { _id: string; changedAt: Date }[],
  from: Date | null,
  most: number,
): { passed: string[]; touched: string[] } {
  const isTouched = ({ changedAt }: { changedAt: Date }) => from === null || changedAt >= from;
  const touched = found.filter(isTouched).slice(0, most + 1);
  const next = touched.length > most ? touched.at(-1)?._id : undefined;
  const keys = found.map(({ _id }) => _id);
  return {
    passed: next === undefined ? keys : before(keys, next),
    touched: touched.slice(0, most).map(({ _id }) => _id),
  };
}

function before(keys: readonly string[], key: string): string[] {
  return keys.slice(0, keys.indexOf(key));
}

/** Backfills, as a component of the publisher: one of them scans at a time. */
export function backfilling(tools: ScanTools & { lock: () => ReturnType<Locks['acquire']> }): Repeating {
  const scan = new BackfillScan(tools);
  return elected({
    name: 'backfill',
    everyMs: EVERY_MS,
    lock: tools.lock,
    step: async () => {
      await scan.step();
      return false;
    },
    onFailure: (error) =>
      tools.log.debug({ because: messageOf(error) }, 'could not continue a backfill; trying again'),
    now: tools.now,
  });
}
