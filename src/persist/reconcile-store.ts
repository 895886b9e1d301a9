import { randomUUID } from 'node:crypto';
import { equals } from './equals.ts';
import type { Collections } from './collections.ts';
import { DRIFT_KINDS, type DriftKind, type PassState } from '../system/states.ts';
import type { ReconcileDocument } from './reconcile-schema.ts';
import type { ShopDocument } from './shop-schema.ts';

/** A request for a pass. */
export type Wanted = Pick<
  ReconcileDocument,
  'shop' | 'how' | 'since' | 'until' | 'dryRun' | 'who' | 'reason'
>;

/** The result of one page. */
interface PassStep {
  /** Where the page began, and where the next one begins. */
  from: string | null;
  to: string | null;
  checked: number;
  points: number;
  found: ReconcileDocument['found'];
  repaired: number;
}

/** A list, newest first, continues after this pass. */
interface ReconcileMark {
  at: Date;
  id: string;
}

/**
 * The records of reconciliation, and its progress for each shop. A change of a pass succeeds only if the
 * pass is still open; a step also requires that the cursor is unchanged.
 */
export interface ReconcileStore {
  ask: (wanted: Wanted) => Promise<ReconcileDocument>;
  one: (id: string) => Promise<ReconcileDocument | null>;
  list: (
    /** One or several; undefined: all. */
    shop: string | readonly string[] | undefined,
    before: ReconcileMark | null,
    limit: number,
  ) => Promise<ReconcileDocument[]>;
  /** Passes that are requested or running, oldest first. @param except shops to skip now */
  open: (except?: readonly string[]) => Promise<ReconcileDocument[]>;
  /** Null if the pass was already ended. */
  begin: (id: string) => Promise<ReconcileDocument | null>;
  /** Whether the pass continues: false if it was ended, or another process has already done this page. */
  step: (id: string, step: PassStep) => Promise<boolean>;
  /** A bulk operation was refused: the pass continues page by page, from the start. */
  byPages: (id: string) => Promise<void>;
  end: (
    id: string,
    state: Exclude<PassState, 'asked' | 'running'>,
    because: string | null,
  ) => Promise<boolean>;
  /** Shops that are due by the schedule, longest waiting first. @param shop checks only this shop */
  due: (before: Date, limit: number, shop?: string) => Promise<DueShop[]>;
  /** Stores which orders the shop's next pass asks Shopify for again, and where it continues. */
  keepTurn: (shop: string, kept: Pick<ShopDocument, 'askedTo' | 'gone'>) => Promise<void>;
  /** Counts the shop's repaired orders, over all passes. */
  addRepaired: (shop: string, orders: number) => Promise<void>;
  /**
   * Stores that all orders updated before `until` were compared. A window that starts after `reconciledTo` would
   * leave a gap: the schedule still has to close it.
   * @param since where the window starts; null: it has all orders
   */
  reached: (shop: string, since: Date | null, until: Date) => Promise<void>;
}

interface DueShop {
  shop: string;
  reconciledTo: Date | null;
}

/** The requester of scheduled passes. */
export const SCHEDULE = 'schedule';
/** Webhooks in transit are not drift: they arrive within 7 s (p99), and are drained immediately. */
export const GRACE_MS = 120_000;
const FOUND_KEPT = 100;
const OPEN = ['asked', 'running'] as const;
const OPEN_AT_ONCE = 100;

type ReconcileCollections = Pick<Collections, 'reconciles' | 'shops'>;

export function createReconcileStore(kept: ReconcileCollections, now: () => number): ReconcileStore {
  return { ...reading(kept), ...changing(kept, now), ...progressing(kept) };
}

function changing(
  { reconciles }: ReconcileCollections,
  now: () => number,
): Pick<ReconcileStore, 'ask' | 'begin' | 'step' | 'byPages' | 'end'> {
  return {
    ask: async (wanted) => {
      const record: ReconcileDocument = {
        _id: randomUUID(),
        ...wanted,
        state: 'asked',
        askedAt: new Date(now()),
        startedAt: null,
        endedAt: null,
        cursor: null,
        checked: 0,
        ...countsOf([]),
        repaired: 0,
        points: 0,
        found: [],
        because: null,
      };
      await reconciles.create(record);
      return record;
    },
    begin: async (id) => {
      await reconciles.updateOne(
        { _id: id, state: 'asked' },
        { $set: { state: 'running', startedAt: new Date(now()) } },
      );
      return await reconciles.findOne({ _id: id, state: 'running' }).lean<ReconcileDocument>();
    },
    step: async (id, { from, to, checked, points, found, repaired }) => {
      const stepped = await reconciles.updateOne(
        { _id: id, state: 'running', cursor: from },
        {
          $set: { cursor: to },
          $inc: { checked, points, repaired, ...countsOf(found) },
          $push: { found: { $each: found, $slice: FOUND_KEPT } },
        },
      );
      return stepped.matchedCount > 0;
    },
    byPages: async (id) => {
      await reconciles.updateOne({ _id: id, state: 'running' }, { $set: { how: 'pages', cursor: null } });
    },
    end: async (id, state, because) => {
      const ended = await reconciles.updateOne(
        { _id: id, state: { $in: OPEN } },
        { $set: { state, because, endedAt: new Date(now()) } },
      );
      return ended.matchedCount > 0;
    },
  };
}

function progressing({
  shops,
}: ReconcileCollections): Pick<ReconcileStore, 'keepTurn' | 'addRepaired' | 'reached'> {
  return {
    keepTurn: async (shop, kept) => {
      await shops.updateOne({ _id: shop }, { $set: kept });
    },
    addRepaired: async (shop, orders) => {
      await shops.updateOne({ _id: shop }, { $inc: { repaired: orders } });
    },
    reached: async (shop, since, until) => {
      const without = since ? { reconciledTo: { $gte: since, $lt: until } } : {};
      await shops.updateOne({ _id: shop, ...without }, { $max: { reconciledTo: until } });
    },
  };
}

/** How many of each kind. */
export function countsOf(found: readonly { what: DriftKind }[]): Record<DriftKind, number> {
  const none = Object.fromEntries(DRIFT_KINDS.map((what) => [what, 0])) as Record<DriftKind, number>;
  return found.reduce((counts, { what }) => ({ ...counts, [what]: counts[what] + 1 }), none);
}

function reading({
  reconciles,
  shops,
}: ReconcileCollections): Pick<ReconcileStore, 'one' | 'list' | 'open' | 'due'> {
  return {
    one: (id) => reconciles.findOne({ _id: id }).lean<ReconcileDocument>(),
    list: (shop, before, limit) =>
      reconciles
        .find({
          ...equals({ shop }),
          ...(before
            ? { $or: [{ askedAt: { $lt: before.at } }, { askedAt: before.at, _id: { $lt: before.id } }] }
            : {}),
        })
        .sort({ askedAt: -1, _id: -1 })
        .limit(limit)
        .lean<ReconcileDocument[]>(),
    open: (except = []) =>
      reconciles
        .find({ state: { $in: OPEN }, ...(except.length > 0 ? { shop: { $nin: except } } : {}) })
        .sort({ askedAt: 1 })
        .limit(OPEN_AT_ONCE)
        .lean<ReconcileDocument[]>(),
    due: async (before, limit, shop) => {
      // One open pass per shop is enough, and a failed one is not retried before the shop is due again.
      const [turned, open] = await Promise.all([
        reconciles.distinct('shop', { who: SCHEDULE, askedAt: { $gte: before } }),
        reconciles.distinct('shop', { who: SCHEDULE, state: { $in: OPEN } }),
      ]);
      const due = await shops
        .find({
          state: 'installed',
          $and: [{ _id: { $nin: [...turned, ...open] } }, ...(shop === undefined ? [] : [{ _id: shop }])],
          $or: [{ reconciledTo: null }, { reconciledTo: { $lt: before } }],
        })
        .sort({ reconciledTo: 1 })
        .limit(limit)
        .lean();
      return due.map(({ _id, reconciledTo }) => ({ shop: _id, reconciledTo: reconciledTo ?? null }));
    },
  };
}
