import { newestAsChange, setsOff, type CommittedChange } from '../order/effects.ts';
import { trustedOrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { keepNothing } from '../order/whole-body.ts';
import type { BackfillStore, ExistingEffect, KnownCommit } from '../persist/backfill-store.ts';
import type { Backfill, DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { EffectStore } from '../persist/effect-store.ts';
import { hasEnded } from '../system/destination-end.ts';
import { effectOf, shopOf } from './effects-of-blocks.ts';
import { historyOf } from './history.ts';
import type { OrderSources } from './orders-at.ts';

/** A destination with a backfill. */
export type Backfilled = DestinationDocument & { backfill: Backfill };

export interface HistoryTools {
  orders: Pick<OrderSources, 'load' | 'journaled'>;
  backfills: Pick<BackfillStore, 'lane' | 'commits'>;
  effects: Pick<EffectStore, 'insert'>;
  now: () => number;
}

/** Effects in memory, of about 600 bytes each. */
const INSERTED_AT_ONCE = 500;
/** The newest state comes after all changes of its version. */
const NEWEST_INDEX = 1_000_000;

type Place = Pick<EffectDocument, 'version' | 'index'>;

/**
 * Inserts the effects of an order's past at a destination, in sequence. An effect of the past has the same id as if it
 * had been live, so those that exist do not change: it may be repeated, and two may run at a time.
 *
 * One effect with the newest state stands for what cannot be sent any more: changes that the journal does not have, and
 * changes that a lane has overtaken, because a later effect was sent already.
 * @returns how many effects were made
 * @throws HistoryNotReady
 */
export async function insertHistory(
  destination: Backfilled,
  key: string,
  { orders, backfills, effects, now }: HistoryTools,
): Promise<number> {
  const order = await orders.load(trustedOrderKey(key));
  if (!order) return 0;
  const [existing, commits] = await Promise.all([backfills.lane(destination, key), backfills.commits(key)]);
  const sources = { ...orders, keepBody: keepNothing };
  const past = new PastEffects(destination, key, existing, new Date(now()));
  const insert = async () => await effects.insert(past.taken());
  for await (const found of historyOf(trustedOrderKey(key), order, commits, sources, now())) {
    if (!found) past.isCut = true;
    else past.add(found.change, found.committedAt, found.webhookId);
    if (past.waiting >= INSERTED_AT_ONCE) await insert();
  }
  if (past.isCut && hasChangedSince(order, destination.backfill.from)) past.addNewest(order, commits);
  await insert();
  return past.made;
}

/** The effects of an order's past, as far as its lane does not have them. */
class PastEffects {
  readonly #destination: Backfilled;
  readonly #key: string;
  readonly #existing: ReadonlyMap<string, ExistingEffect>;
  /** Where the lane is: the last effect that was begun or has ended. */
  readonly #begun: Place | null;
  readonly #now: Date;
  #effects: EffectDocument[] = [];
  #last = 0;
  made = 0;
  /** Something of the past cannot be sent any more. */
  isCut = false;

  constructor(destination: Backfilled, key: string, existing: ExistingEffect[], now: Date) {
    this.#destination = destination;
    this.#key = key;
    this.#existing = new Map(existing.map((each) => [each._id, each]));
    this.#begun = existing.filter(hasBegun).toSorted(bySequence).at(-1) ?? null;
    this.#now = now;
  }

  get waiting(): number {
    return this.#effects.length;
  }

  taken(): EffectDocument[] {
    const taken = this.#effects;
    this.#effects = [];
    return taken;
  }

  add(change: CommittedChange, committedAt: number, webhookId: string | null): void {
    this.#last = change.version;
    const { from } = this.#destination.backfill;
    if (from && committedAt < from.getTime()) return;
    if (hasEnded(this.#destination, committedAt)) return;
    if (!setsOff(this.#destination, shopOf(this.#key), change)) return;
    const effect = effectOf(this.#destination, { order: this.#key, committedAt }, change, this.#now);
    if (this.#existing.has(effect._id)) return;
    if (this.#begun && bySequence(effect, this.#begun) < 0) this.isCut = true;
    else this.#push({ ...effect, webhookId });
  }

  /** In front of what is live. */
  addNewest(order: Order, commits: readonly KnownCommit[]): void {
    const { backfill } = this.#destination;
    const live = [...this.#open(), ...commits.filter(isAfter(backfill.after))].map(({ version }) => version);
    const before = live.length > 0 ? Math.min(...live) - 1 : order.version;
    const version = Math.max(before, this.#last, this.#begun?.version ?? 0);
    const committedAt = backfill.since.getTime();
    for (const made of newestAsChange(order, committedAt)) {
      const change = { ...made, version, index: NEWEST_INDEX };
      if (!setsOff(this.#destination, shopOf(this.#key), change)) continue;
      const effect = effectOf(this.#destination, { order: this.#key, committedAt }, change, this.#now);
      if (!this.#existing.has(effect._id)) this.#push(effect);
    }
  }

  #open(): ExistingEffect[] {
    return [...this.#existing.values()].filter((each) => !hasBegun(each));
  }

  #push(effect: EffectDocument): void {
    this.#effects.push({ ...effect, backfilled: true });
    this.made += 1;
  }
}

/** A block after the backfill began: its changes are live. */
function isAfter(after: Date | null): (commit: KnownCommit) => boolean {
  return ({ numberedAt }) => numberedAt === null || after === null || numberedAt > after;
}

function hasChangedSince({ committed }: Order, from: Date | null): boolean {
  return from === null || (committed?.committedAt ?? Infinity) >= from.getTime();
}

function hasBegun({ state, attempts, sentAt }: ExistingEffect): boolean {
  return attempts > 0 || sentAt !== null || state === 'done' || state === 'skipped';
}

function bySequence(a: Place, b: Place): number {
  return a.version - b.version || a.index - b.index;
}
