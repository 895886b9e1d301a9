import { randomUUID } from 'node:crypto';
import type { BlockDocument } from './block-schema.ts';
import type { Collections } from './collections.ts';
import type { Backfill, DestinationDocument } from './destination-schema.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { EffectDocument } from './effect-schema.ts';
import type { OrderDocument } from './order-fields.ts';
import type { OutboxDocument } from './outbox-schema.ts';
import { keysOfShop } from './redaction.ts';

type Backfilled = DestinationDocument & { backfill: Backfill };
/** How far a backfill got in one step. */
interface Moved {
  position: string;
  /** Added to what there was. */
  orders: number;
  effects: number;
  about: number;
}

/** A commit of an order, as far as its entry in the outbox says: of the last 7 days. */
export interface KnownCommit {
  version: number;
  /** Milliseconds since 1970. */
  committedAt: number;
  /** Its block; null: it is in none yet. */
  numberedAt: Date | null;
}

/** An effect that exists in a lane already. */
export type ExistingEffect = Pick<
  EffectDocument,
  '_id' | 'version' | 'index' | 'state' | 'attempts' | 'sentAt' | 'createdAt'
>;

/** What backfills read and write. Every step is safe to repeat, and safe while another publisher does the same. */
export interface BackfillStore {
  /** As it is now; null: none, or its destination was deleted. */
  read: (destination: DestinationDocument) => Promise<Backfill | null>;
  /** The next orders by key. */
  next: (
    shops: readonly string[] | null,
    after: string,
    limit: number,
  ) => Promise<Pick<OrderDocument, '_id' | 'changedAt'>[]>;
  count: (shops: readonly string[] | null) => Promise<number>;
  /** @returns false: another publisher moved it, or it is over */
  move: (destination: Backfilled, to: Moved) => Promise<boolean>;
  /** Publishers notice the new revision, and do not look for histories any more. */
  end: (destination: Backfilled, at: Date) => Promise<void>;
  /** Those of these orders whose history a lane made. */
  made: (backfill: string, orders: readonly string[]) => Promise<Set<string>>;
  remember: (backfill: string, order: string, at: Date) => Promise<void>;
  /** Forgets the lanes of all other backfills: they have ended. */
  forgetExcept: (backfills: readonly string[]) => Promise<void>;
  /** The effects of a lane since its destination was added. */
  lane: (destination: DestinationDocument, order: string) => Promise<ExistingEffect[]>;
  /** Oldest first. */
  commits: (order: string) => Promise<KnownCommit[]>;
  /** Open effects of a destination, counted up to `most`. */
  open: (destination: string, most: number) => Promise<number>;
}

/** @param from null: from the beginning */
export async function newBackfill(
  { changes }: Pick<Collections, 'changes'>,
  from: Date | null,
  since: Date,
): Promise<Backfill> {
  const newest = await changes
    .findOne({}, { at: 1 })
    .sort({ _id: -1 })
    .readConcern('majority')
    .lean<Pick<BlockDocument, 'at'>>();
  const place = { position: '', orders: 0, about: null, effects: 0, movedAt: null, endedAt: null };
  return { id: randomUUID(), from, since, after: newest?.at ?? null, ...place };
}

type Used = Pick<Collections, 'destinations' | 'orders' | 'effects' | 'outbox' | 'backfilledLanes'>;

export function createBackfillStore(collections: Used): BackfillStore {
  return { ...progressIn(collections), ...lanesIn(collections) };
}

function progressIn({
  destinations,
  orders,
  effects,
}: Used): Pick<BackfillStore, 'read' | 'next' | 'count' | 'move' | 'end' | 'open'> {
  return {
    read: async ({ _id, uid }) => {
      const found = await destinations.findOne({ _id, uid }, { backfill: 1 }).readConcern('majority').lean();
      return found?.backfill ?? null;
    },
    next: async (shops, after, limit) => {
      const found: Pick<OrderDocument, '_id' | 'changedAt'>[] = [];
      for (const keys of rangesOf(shops, after)) {
        const more = await orders
          .find({ _id: keys }, { changedAt: 1 })
          .sort({ _id: 1 })
          .limit(limit - found.length)
          .lean<typeof found>();
        found.push(...more);
        if (found.length >= limit) break;
      }
      return found;
    },
    count: async (shops) => {
      if (shops === null) return await orders.estimatedDocumentCount();
      const counts = rangesOf(shops, '').map((keys) => orders.countDocuments({ _id: keys }));
      return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
    },
    move: async (destination, { orders: more, effects: made, position, about }) => {
      const { matchedCount } = await destinations.updateOne(placeOf(destination), {
        $set: { 'backfill.position': position, 'backfill.about': about, 'backfill.movedAt': new Date() },
        $inc: { 'backfill.orders': more, 'backfill.effects': made },
      });
      return matchedCount === 1;
    },
    end: async (destination, at) => {
      await destinations.updateOne(placeOf(destination), {
        $set: { 'backfill.endedAt': at },
        $inc: { revision: 1 },
      });
    },
    open: (destination, most) =>
      effects.countDocuments({ open: true, destination: String(destination) }, { limit: most }),
  };
}

/** A publisher that is late changes nothing. */
function placeOf({ _id, uid, backfill: { id, position } }: Backfilled) {
  return { _id, uid, 'backfill.id': id, 'backfill.position': position, 'backfill.endedAt': null };
}

/** The keys of these shops after this one, as ranges in their sequence. */
function rangesOf(shops: readonly string[] | null, after: string): { $gt: string; $lt?: string }[] {
  if (shops === null) return [{ $gt: after }];
  return shops
    .map(keysOfShop)
    .flatMap((keys) => ('$gte' in keys ? [keys] : []))
    .toSorted((a, b) => (a.$gte < b.$gte ? -1 : 1))
    .filter(({ $lt }) => $lt > after)
    .map(({ $gte, $lt }) => ({ $gt: after > $gte ? after : $gte, $lt }));
}

function lanesIn({
  effects,
  outbox,
  backfilledLanes,
}: Used): Pick<BackfillStore, 'made' | 'remember' | 'forgetExcept' | 'lane' | 'commits'> {
  return {
    made: async (backfill, of) => {
      const ids = of.map((order) => laneId(backfill, order));
      const found = await backfilledLanes.find({ _id: { $in: ids } }, { _id: 1 }).lean<{ _id: string }[]>();
      return new Set(found.map(({ _id }) => _id.slice(backfill.length + 1)));
    },
    remember: async (backfill, order, at) => {
      try {
        await backfilledLanes.create({ _id: laneId(backfill, order), backfill, at });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    forgetExcept: async (backfills) => {
      await backfilledLanes.deleteMany({ backfill: { $nin: [...backfills] } });
    },
    lane: async ({ _id: destination, createdAt }, order) =>
      await effects
        .find({ order: String(order), destination, createdAt: { $gte: createdAt } })
        .select({ version: 1, index: 1, state: 1, attempts: 1, sentAt: 1, createdAt: 1 })
        .lean<ExistingEffect[]>(),
    commits: async (order) => {
      // `$` follows `#`: all versions of this order.
      const found = await outbox
        .find({ _id: { $gt: `${order}#`, $lt: `${order}$` } }, { version: 1, numberedAt: 1 })
        .lean<Pick<OutboxDocument, '_id' | 'version' | 'numberedAt'>[]>();
      return found.map(commitOf).toSorted((a, b) => a.version - b.version);
    },
  };
}

function laneId(backfill: string, order: string): string {
  return `${backfill}#${order}`;
}

function commitOf({
  _id,
  version,
  numberedAt,
}: Pick<OutboxDocument, '_id' | 'version' | 'numberedAt'>): KnownCommit {
  return {
    version,
    committedAt: Number(_id.slice(_id.lastIndexOf('@') + 1)),
    numberedAt: numberedAt ?? null,
  };
}
