import { changesOfCommit, type CommittedChange } from '../order/effects.ts';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { KnownCommit } from '../persist/backfill-store.ts';
import { replayed, type Replayed, type ReplaySources } from './replayed.ts';

/** A change of the past, as its commit recorded it. */
interface PastChange {
  change: CommittedChange;
  /** Milliseconds since 1970. */
  committedAt: number;
  webhookId: string | null;
}

/** The journal of a new commit is not written yet: another attempt finds it. */
export class HistoryNotReady extends Error {
  override readonly name = 'HistoryNotReady';
}

/** If a worker dies between commit and journal, another one writes the journal within 20 s. */
const JOURNALED_WITHIN_MS = 60_000;

/**
 * The changes of an order up to now, in sequence, rebuilt from its journal; what its last commit made comes from the
 * order itself, so that nothing is missing if the journal is behind. Null at the end: the rest is not kept any more.
 *
 * A change has the version of its commit if that is known. Commits older than the outbox keeps get the smallest
 * versions that are possible: they are in sequence, and never above the real ones, so a lane with live effects, which
 * have the real ones, is in sequence, too.
 * @param order loaded before its journal is read: every commit writes the order first
 * @param commits those that are known, oldest first
 */
export async function* historyOf(
  key: OrderKey,
  order: Order,
  commits: readonly KnownCommit[],
  sources: ReplaySources,
  now: number,
): AsyncGenerator<PastChange | null> {
  const places = new Places(commits);
  let reached = 0;
  for await (const step of replayed(key, sources)) {
    const change = step && changeOf(step);
    if (!change) return yield null;
    reached = step.entry.sequence;
    const { appliedAt, event } = step.entry;
    yield {
      change: { ...change, ...places.next(appliedAt) },
      committedAt: appliedAt,
      webhookId: event.webhookId,
    };
  }
  yield* restOf(order, reached, places.last, now);
}

/**
 * What follows the journal's last event.
 * @param version of that event
 */
function* restOf(order: Order, reached: number, version: number, now: number): Generator<PastChange | null> {
  const last = lastChanges(order, reached);
  const committedAt = order.committed?.committedAt ?? 0;
  if (order.sequence > (last.at(-1)?.sequence ?? reached)) {
    if (now - committedAt < JOURNALED_WITHIN_MS)
      throw new HistoryNotReady(`the journal of ${order.shop}/${order.orderId} is behind`);
    return yield null;
  }
  for (const change of last)
    if (change.sequence !== null || change.version > version) yield { change, committedAt, webhookId: null };
}

/** Null: the rules cannot apply the event any more. The outcome is what was decided then. */
function changeOf({ entry, order }: Replayed): Omit<CommittedChange, 'version' | 'index'> | null {
  const [made] = order.committed?.events ?? [];
  if (made?.event !== entry.event.id || entry.outcome === 'parked') return null;
  return { ...made, outcome: entry.outcome };
}

/** What the journal lacks of the last commit: its events, or a change of Lockstep itself. */
function lastChanges({ committed }: Order, reached: number): CommittedChange[] {
  if (!committed) return [];
  const missing = changesOfCommit(committed).filter(
    ({ sequence }) => sequence === null || sequence > reached,
  );
  const follows = missing.every(({ sequence }, i) => sequence === null || sequence === reached + i + 1);
  return follows ? missing : [];
}

/** Versions and indexes of changes: the events of one commit have the same time. */
class Places {
  readonly #known = new Map<number, number>();
  #committedAt = NaN;
  #index = 0;
  last = 0;

  constructor(commits: readonly KnownCommit[]) {
    // Two commits in one millisecond count as one, with the lower version.
    for (const { committedAt, version } of commits.toReversed()) this.#known.set(committedAt, version);
  }

  next(committedAt: number): { version: number; index: number } {
    if (committedAt === this.#committedAt) this.#index += 1;
    else {
      this.last = Math.max(this.last + 1, this.#known.get(committedAt) ?? 0);
      this.#index = 0;
    }
    this.#committedAt = committedAt;
    return { version: this.last, index: this.#index };
  }
}
