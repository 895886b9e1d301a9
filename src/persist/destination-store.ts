import type { Collections } from './collections.ts';
import { isDeepStrictEqual } from 'node:util';
import { newBackfill } from './backfill-store.ts';
import { hasEnded } from '../system/destination-end.ts';
import type { PausedBy } from '../system/states.ts';
import type { DestinationDocument, HandlerCode } from './destination-schema.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { createRoutedBlocks } from './routed-blocks.ts';

/** What an admin decides about a destination. */
export type DestinationFields = Omit<
  DestinationDocument,
  | '_id'
  | 'uid'
  | 'afterBlock'
  | 'handler'
  | 'state'
  | 'because'
  | 'createdAt'
  | 'changedAt'
  | 'rulesSince'
  | 'revision'
  | 'backfill'
  | 'pausedBy'
>;

interface More {
  handler?: HandlerCode;
  /** Of a new destination: also the changes since this time; null: since the beginning. */
  from?: Date | null | undefined;
}

/** Destinations. Every change counts its revision up, and each is one write. */
export interface DestinationStore {
  /** By name. Reads what no failover can undo. */
  all: () => Promise<DestinationDocument[]>;
  one: (name: string) => Promise<DestinationDocument | null>;
  /**
   * Adds a destination, or changes it if it still has the revision that was read.
   * @param revision null: it did not exist
   * @returns null: it was added, changed or deleted meanwhile
   */
  put: (
    name: string,
    fields: DestinationFields,
    revision: number | null,
    uid: string,
    more?: More,
  ) => Promise<DestinationDocument | null>;
  /** A publisher has this version of a handler's code. */
  seen: (name: string, version: number) => Promise<void>;
  /**
   * Starts a backfill. @param from null: from the beginning. @param rate its new `backfillRate`, if it changes
   * @returns null: the previous one has not ended, or the destination does not exist
   */
  backfill: (name: string, from: Date | null, rate?: number) => Promise<DestinationDocument | null>;
  /** @returns the destination as it is now; null: there is none */
  pause: (name: string, because: string, by: PausedBy) => Promise<DestinationDocument | null>;
  resume: (name: string) => Promise<DestinationDocument | null>;
  /** Effects that are open stay; see effect-store.ts. */
  remove: (name: string) => Promise<DestinationDocument | null>;
}

export function createDestinationStore(
  { destinations, ...feed }: Pick<Collections, 'destinations' | 'routed' | 'changes'>,
  now: () => number,
): DestinationStore {
  const change = async (name: string, fields: Partial<DestinationDocument>, only: object = {}) =>
    await destinations
      .findOneAndUpdate(
        { _id: { $eq: name }, ...only },
        { $set: { ...fields, changedAt: new Date(now()) }, $inc: { revision: 1 } },
        { returnDocument: 'after' },
      )
      .lean<DestinationDocument>();
  return {
    all: async () =>
      await destinations.find().sort({ _id: 1 }).readConcern('majority').lean<DestinationDocument[]>(),
    one: async (name) => await destinations.findById(String(name)).lean<DestinationDocument>(),
    put: async (name, fields, revision, uid, { handler, from } = {}) => {
      const at = new Date(now());
      if (revision === null) {
        const added = { _id: name, uid, ...fields, ...(handler && { handler }) };
        return await insert(destinations, { ...added, ...(await beginOf(feed, from, at)) });
      }
      const known = await destinations.findOne({ _id: { $eq: name }, revision }).lean<DestinationDocument>();
      // If it had ended, it may be live again from now on: changes since its end were not for it.
      const isSame = known && hasSameRules(known, fields) && !hasEnded(known, at.getTime());
      const rules = isSame ? {} : { rulesSince: at };
      return await destinations
        .findOneAndUpdate(
          { _id: { $eq: name }, revision },
          {
            $set: { ...fields, ...rules, ...(handler && { handler }), changedAt: at },
            $inc: { revision: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<DestinationDocument>();
    },
    seen: async (name, version) => {
      await destinations.updateOne(
        { _id: { $eq: name }, 'handler.version': version },
        { $set: { 'handler.seenAt': new Date(now()) } },
      );
    },
    backfill: async (name, from, rate) => {
      const at = new Date(now());
      const backfill = await newBackfill(feed, from, at);
      const isFree = { $or: [{ backfill: null }, { 'backfill.endedAt': { $ne: null } }] };
      const fields = { backfill, ...(rate !== undefined && { backfillRate: rate }) };
      return await change(name, fields, isFree);
    },
    pause: (name, because, pausedBy) => change(name, { state: 'paused', because, pausedBy }),
    resume: (name) => change(name, { state: 'active', because: null, pausedBy: null }),
    remove: async (name) =>
      await destinations.findOneAndDelete({ _id: { $eq: name } }).lean<DestinationDocument>(),
  };
}

function hasSameRules(a: DestinationFields, b: DestinationFields): boolean {
  return isDeepStrictEqual([a.on, a.shops], [b.on, b.shops]);
}

/** Where a new destination begins. */
async function beginOf(
  feed: Pick<Collections, 'routed' | 'changes'>,
  from: Date | null | undefined,
  at: Date,
) {
  const blocks = createRoutedBlocks(feed);
  // Routing begins here, if this is the first destination.
  await blocks.position();
  // Before the newest block is read: what comes after it counts as live.
  const backfill = from === undefined ? undefined : await newBackfill(feed, from, at);
  const afterBlock = await blocks.newest();
  const state = {
    state: 'active',
    because: null,
    createdAt: at,
    changedAt: at,
    rulesSince: at,
    revision: 1,
  } as const;
  return { afterBlock, ...state, ...(backfill && { backfill }) };
}

async function insert(
  destinations: Collections['destinations'],
  document: DestinationDocument,
): Promise<DestinationDocument | null> {
  try {
    await destinations.create(document);
    return document;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}
