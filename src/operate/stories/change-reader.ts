import type { CommitRecord, CommittedEvent } from '../../order/commit-record.ts';
import type { BlockDocument } from '../../persist/block-schema.ts';
import type { Collections } from '../../persist/collections.ts';
import { equals } from '../../persist/equals.ts';
import type { ChangeMark } from '../cursors.ts';
import { Refusal } from '../refusal.ts';

/** Which changes; all conditions must hold. */
export interface ChangeFilter {
  shop?: string | readonly string[] | undefined;
  /** Empty: all topics. */
  topics: readonly string[];
}

/** An event of a commit, and the place after it. */
export interface FoundChange
  extends Pick<CommitRecord, 'version' | 'committedAt' | 'changed'>, CommittedEvent {
  order: string;
  next: ChangeMark;
}

export interface FoundChanges {
  changes: FoundChange[];
  /** Where to continue: after the last change, or after blocks without a match. */
  next: ChangeMark;
}

/**
 * Reads the change feed. Blocks have consecutive numbers, and a block never changes. A block that can be read was added
 * after all lower ones, so reading up to the newest one skips nothing.
 */
export interface ChangeReader {
  /** The number of the newest block; 0: there is none. */
  head: () => Promise<number>;
  /** The place after the newest change. */
  end: () => Promise<ChangeMark>;
  /**
   * @param from null: the oldest change that is kept
   * @throws Refusal gone if changes after the mark have been deleted, or the mark is from another feed
   */
  read: (from: ChangeMark | null, filter: ChangeFilter, limit: number) => Promise<FoundChanges>;
}

/** Blocks that one request scans for topics, which have no index: 50 ms. */
const LOOK = 1000;

export function createChangeReader({ changes }: Pick<Collections, 'changes'>): ChangeReader {
  const head = async (): Promise<number> => {
    // A failover must not undo what a cursor has passed.
    const newest = await changes
      .findOne({}, { _id: 1 })
      .sort({ _id: -1 })
      .readConcern('majority')
      .lean<{ _id: number }>();
    return newest?._id ?? 0;
  };
  const oldest = async (): Promise<ChangeMark> => {
    const found = await changes.findOne({}, { _id: 1 }).sort({ _id: 1 }).lean<{ _id: number }>();
    return { block: found?._id ?? 1, index: 0 };
  };
  return {
    head,
    end: async () => ({ block: (await head()) + 1, index: 0 }),
    read: async (from, filter, limit) => {
      const newest = await head();
      const start = from ?? (await oldest());
      if (start.block > newest) return { changes: [], next: endAt(start, newest) };
      const last = filter.topics.length > 0 ? Math.min(newest, start.block + LOOK - 1) : newest;
      const found = await matching(changes, start, last, filter, limit);
      // Blocks expire oldest first. If the first one is still there, none was missing while the others were read.
      if (!(await changes.exists({ _id: start.block }))) throw new Refusal('gone', EXPIRED);
      return found;
    },
  };
}

/** @throws Refusal if the mark is beyond the end */
function endAt(mark: ChangeMark, newest: number): ChangeMark {
  if (mark.block === newest + 1 && mark.index === 0) return mark;
  throw new Refusal('gone', UNKNOWN);
}

async function matching(
  changes: Collections['changes'],
  start: ChangeMark,
  last: number,
  { shop, topics }: ChangeFilter,
  limit: number,
): Promise<FoundChanges> {
  const conditions = {
    _id: { $gte: start.block, $lte: last },
    ...equals({ shops: shop }),
    ...(topics.length === 0 ? {} : { topics: { $in: [...topics] } }),
  };
  const found: FoundChange[] = [];
  const shops = shop === undefined ? null : new Set([shop].flat());
  const isWanted = ({ order, topic }: FoundChange) =>
    (shops === null || shops.has(order.slice(0, order.indexOf('/')))) &&
    (topics.length === 0 || topics.includes(topic));
  for await (const block of changes
    .find(conditions)
    .sort({ _id: 1 })
    .lean<BlockDocument[]>()
    .cursor({ batchSize: 10 })) {
    const from = block._id === start.block ? start.index : 0;
    found.push(...changesIn(block).slice(from).filter(isWanted));
    if (found.length >= limit) break;
  }
  const shown = found.slice(0, limit);
  return { changes: shown, next: shown.at(limit - 1)?.next ?? { block: last + 1, index: 0 } };
}

/** The events of a block, each with the place after it. */
function changesIn({ _id: number, commits }: BlockDocument): FoundChange[] {
  const all = commits.flatMap(({ order, version, committedAt, changed, events }) =>
    events.map((event) => ({ ...event, order, version, committedAt, changed })),
  );
  return all.map((change, i) => ({
    ...change,
    next: i + 1 < all.length ? { block: number, index: i + 1 } : { block: number + 1, index: 0 },
  }));
}

const EXPIRED =
  'the changes after this cursor have been deleted (CHANGES_RETENTION_DAYS): copy the orders again, then continue from a new cursor';
const UNKNOWN =
  'this cursor is of another feed, or MongoDB was restored from a backup: copy the orders again, then continue from a new cursor';
