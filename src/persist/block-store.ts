import type { mongo } from 'mongoose';
import type { BlockDocument } from './block-schema.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { OutboxDocument } from './outbox-schema.ts';

/** A commit in the outbox that is in no block yet. */
export type PendingCommit = Required<Pick<OutboxDocument, '_id' | 'order' | 'version' | 'record'>>;

/** Pending commits of some orders. */
export interface Pending {
  commits: PendingCommit[];
  /** Whether there were no more. */
  isAll: boolean;
}

/** What the sequencer reads and writes. Every step is safe to repeat, and safe while another sequencer runs. */
export interface BlockStore {
  /** The newest block; null: there is none. */
  newest: () => Promise<BlockDocument | null>;
  /** Turns the block's commits in the outbox into tombstones, and lets the block before it expire. */
  finish: (block: BlockDocument) => Promise<void>;
  /**
   * The next pending commits, by order and version, of orders after this one. An order's commits have no gap: with each
   * commit, it also returns every older one that is pending.
   */
  pending: (after: string) => Promise<Pending>;
  /** False if another sequencer has already added a block with this number. */
  add: (block: BlockDocument) => Promise<boolean>;
}

/** Commits in one block, and their events: at most about 700 kB, far below MongoDB's 16 MB. */
const MOST_COMMITS = 500;
const MOST_EVENTS = 2000;

/** A write that a failover could undo must not be relied on: a number that was used once must not be used again. */
const MAJORITY = { level: 'majority' } as const satisfies mongo.ReadConcernLike;

export function createBlockStore({ outbox, changes }: Pick<Collections, 'outbox' | 'changes'>): BlockStore {
  /** Which orders have pending commits, and the highest version of each; and whether these are all. Reads only the index. */
  const waiting = async (after: string): Promise<{ orders: Map<string, number>; isAll: boolean }> => {
    const found = await outbox
      .find({ pending: true, order: { $gt: after } }, { _id: 0, order: 1, version: 1 })
      .sort({ order: 1, version: 1 })
      .limit(MOST_COMMITS)
      .readConcern(MAJORITY.level)
      .lean<Pick<OutboxDocument, 'order' | 'version'>[]>();
    const orders = new Map(found.map(({ order, version }) => [order, version]));
    return { orders, isAll: found.length < MOST_COMMITS };
  };
  return {
    newest: async () =>
      await changes.findOne().sort({ _id: -1 }).readConcern(MAJORITY.level).lean<BlockDocument>(),
    finish: async ({ _id: number, at, commits }) => {
      const ids = commits.map(({ _id }) => _id);
      const tombstone = { $unset: { pending: 1, record: 1 }, $set: { numberedAt: at } } as const;
      await outbox.updateMany({ _id: { $in: ids }, pending: true }, tombstone);
      await changes.updateOne({ _id: number - 1 }, { $set: { followedAt: at } });
    },
    // A scan can miss what was inserted behind it. When the first query has seen a commit, the order's older ones were
    // already there, so the second query, which begins later, sees them.
    pending: async (after) => {
      const { orders, isAll } = await waiting(after);
      if (orders.size === 0) return { commits: [], isAll };
      const found = await outbox
        .find({ pending: true, order: { $in: [...orders.keys()] } })
        .sort({ order: 1, version: 1 })
        .readConcern(MAJORITY.level)
        .lean<PendingCommit[]>();
      const seen = found.filter(({ order, version }) => version <= (orders.get(order) ?? 0));
      const commits = upTo(MOST_EVENTS, seen);
      return { commits, isAll: isAll && commits.length === seen.length };
    },
    add: async (block) => {
      try {
        await changes.collection.insertOne(block as unknown as mongo.Document);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
}

/** The first commits with this many events together, at least one commit. */
function upTo(most: number, commits: PendingCommit[]): PendingCommit[] {
  let events = 0;
  return commits.filter((commit, i) => {
    events += commit.record.events.length;
    return i === 0 || events <= most;
  });
}
