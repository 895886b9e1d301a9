import type { mongo } from 'mongoose';
import type { CommitRecord } from '../order/commit-record.ts';
import { bulkWrite, type WriteModel } from './bulk-write.ts';
import { TOMBSTONE_DAYS, type OutboxDocument } from './outbox-schema.ts';
import type { Collections } from './collections.ts';

/**
 * The outbox of the change feed: every commit of an order, until it is in a block (sequencer.ts).
 *
 * There are no transactions, so a commit and its entry here are two writes. The order's document has the record of its
 * last commit, and before a newer version replaces it, that record is inserted here. So an entry is never visible
 * without those of all older versions of its order, whichever process dies at whichever line. An existing entry does
 * not change, even if it is a tombstone.
 */

/**
 * A record that is older than this is not inserted again: its tombstone may have expired. One day allows for clocks
 * that differ.
 */
const REPEATED_WITHIN_MS = (TOMBSTONE_DAYS - 1) * 86_400_000;

/** The record of an order's commit. */
export interface OrderRecord {
  order: string;
  record: CommitRecord;
}

/** The last commit of a loaded order, if its entry must be there before a newer one. A damaged record has none. */
export function lastCommit(order: string, record: unknown, now: number): OrderRecord[] {
  if (!isRecord(record) || record.committedAt < now - REPEATED_WITHIN_MS) return [];
  return [{ order, record }];
}

/** The commits that this process inserted recently: they need no second insert. */
export class RecentCommits {
  static readonly #KEPT = 10_000;
  readonly #versions = new Map<string, number>();

  has({ order, record }: OrderRecord): boolean {
    return this.#versions.get(order) === record.version;
  }

  add({ order, record }: OrderRecord): void {
    if (this.#versions.size >= RecentCommits.#KEPT) this.#versions.clear();
    this.#versions.set(order, record.version);
  }
}

/** Inserts a commit. If it is already there, the write is refused as a duplicate key. */
export function insertCommit(namespace: string, of: OrderRecord): WriteModel {
  return { namespace, name: 'insertOne', document: entryOf(of) as object };
}

/** The same for a commit that is nearly always there already: then the write matches it and changes nothing. */
export function ensureCommit(namespace: string, of: OrderRecord): WriteModel {
  const { _id, ...fields } = entryOf(of);
  const update = { $setOnInsert: fields };
  return { namespace, name: 'updateOne', filter: { _id } as object, update, upsert: true };
}

export function outboxNamespace({ outbox }: Pick<Collections, 'outbox'>): string {
  return `${outbox.db.name}.${outbox.collection.collectionName}`;
}

/** @throws if MongoDB did not store all of them */
export async function ensureCommits(client: mongo.MongoClient, models: WriteModel[]): Promise<void> {
  for (const { error, duplicateKey } of await bulkWrite(client, models))
    if (error !== null && !duplicateKey) throw error;
}

/**
 * Inserts the last commit of an order, unless its entry exists: what is known only from its document, or was committed
 * a moment ago.
 */
export async function ensureLastCommit(
  { outbox }: Pick<Collections, 'outbox'>,
  order: string,
  committed: unknown,
  now: number,
): Promise<void> {
  const namespace = outboxNamespace({ outbox });
  const models = lastCommit(order, committed, now).map((each) => ensureCommit(namespace, each));
  await ensureCommits(outbox.db.getClient(), models);
}

/** The time distinguishes the commits of an order that was deleted by hand: its versions begin with 1 again. */
function entryOf({ order, record }: OrderRecord): OutboxDocument {
  const { version, committedAt } = record;
  return { _id: `${order}#${version}@${committedAt}`, order, version, pending: true, record };
}

function isRecord(value: unknown): value is CommitRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, committedAt, events } = value as Partial<Record<keyof CommitRecord, unknown>>;
  return Number.isSafeInteger(version) && Number.isSafeInteger(committedAt) && Array.isArray(events);
}
