import type { mongo } from 'mongoose';
import { createBatcher } from '../system/batcher.ts';
import { bulkWrite, type WriteModel, type Written } from './bulk-write.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { EffectDocument, Receipt } from './effect-schema.ts';

/** The effects of an order at a destination, which are sent one after another. */
export interface Lane {
  destination: string;
  order: string;
}

/** How an attempt ended. */
export type Ending =
  /** @property because what an operator should know, if anything */
  | { state: 'done'; receipt: Receipt; because?: string }
  | { state: 'skipped'; because: string }
  | {
      state: 'failing';
      lastError: string;
      dueAt: Date;
      receipt: Receipt | null;
      /** Whether the message arrived is not known, and is asked before it is sent again. */
      isUnsettled?: true;
      /** The schedule begins again. */
      isRestarted?: true;
    }
  /** Its lane continues at once, and it does then. */
  | { state: 'sleeping'; dueAt: Date; receipt: Receipt }
  | { state: 'parked' | 'in_doubt'; lastError: string; receipt: Receipt | null };

/** What is needed to wake an effect's lane. */
export type Woken = Pick<EffectDocument, 'order' | 'topic' | 'backfilled'>;

/**
 * Effects, and their lanes: a lane is its open effects in sequence, so nothing that Redis loses is lost here. Writes of
 * many lanes share a round trip.
 */
export interface EffectStore {
  /** Those that exist already do not change. A lane never shows an effect without its earlier ones. */
  insert: (effects: EffectDocument[]) => Promise<void>;
  /**
   * The first open effects of a lane, in sequence, without those that sleep: all of them, or {@link LANE_PAGE}. Lanes
   * share a query.
   */
  lane: (lane: Lane) => Promise<EffectDocument[]>;
  /** Records that an attempt begins, for destinations that must not get a message twice. */
  begin: (effect: EffectDocument, at: Date) => Promise<void>;
  /** Records how an attempt ended. If an operator ended the effect meanwhile, that stands. */
  end: (effect: EffectDocument, ending: Ending, at: Date) => Promise<void>;
  /** As `end`, but the end of a message that was sent waits up to {@link LINGER_MS} to share a write with others. */
  endTogether: EffectStore['end'];
  /**
   * Skips open effects of destinations that do not exist: the program that deleted one died, or a router had read it
   * before. Only effects older than a minute: a destination may be added after the list was read.
   * @returns how many
   */
  skipOrphans: (destinations: readonly string[], at: Date) => Promise<number>;
  /** Effects that were due at this time, the longest due first. */
  due: (destination: string, before: Date, limit: number) => Promise<Woken[]>;
  /** Makes effects due whose last attempt failed, at most so many. @returns those that were not due before */
  retryNow: (destination: string, limit: number) => Promise<Woken[]>;
}

/** Effects of a lane that are read at a time. */
export const LANE_PAGE = 50;
const LANES_AT_ONCE = 100;
/** Effects that a query for many lanes returns: about 1 MB. */
const READ_AT_ONCE = 2000;

/** An effect is about 600 bytes: far below MongoDB's 48 MB per message. */
const INSERTED_AT_ONCE = 1000;
const RECORDED_AT_ONCE = 200;
/** Recorded 50 at a time, the end of an effect costs MongoDB half as much as 10 at a time. */
const LINGER_MS = 15;
/** Far longer than from reading the destinations to this write. */
const ORPHANED_FOR_MS = 60_000;

export function createEffectStore(
  { effects }: Pick<Collections, 'effects'>,
  now: () => number = Date.now,
): EffectStore {
  const client = effects.db.getClient();
  const namespace = `${effects.db.name}.${effects.collection.collectionName}`;
  const update = createBatcher<WriteModel, Written>(async (models) => await bulkWrite(client, models), {
    largest: RECORDED_AT_ONCE,
    atATime: 2,
    mayWait: 10_000,
  });
  const write = async (effect: EffectDocument, changes: mongo.UpdateFilter<mongo.Document>) => {
    const filter = { _id: effect._id, open: true } as object;
    const { error } = await update({ namespace, name: 'updateOne', filter, update: changes });
    if (error) throw error;
  };
  const finish = async (finished: Finished[]) => {
    const ids = finished.map(({ effect }) => effect);
    await effects.collection.updateMany({ _id: { $in: ids }, open: true } as object, finishing(finished));
    return finished.map(() => null);
  };
  const limits = { largest: RECORDED_AT_ONCE, atATime: 2, mayWait: 10_000 };
  const endBy =
    (finishOne: (finished: Finished) => Promise<null>): EffectStore['end'] =>
    async (effect, ending, at) => {
      if (ending.state === 'done' && ending.because === undefined)
        await finishOne({ effect: effect._id, receipt: ending.receipt, at });
      else await write(effect, changesOf(ending, at));
    };
  return {
    insert: async (documents) => {
      for (let i = 0; i < documents.length; i += INSERTED_AT_ONCE)
        await insertInSequence(effects, documents.slice(i, i + INSERTED_AT_ONCE));
    },
    lane: readLanes(effects, now),
    begin: (effect, at) => write(effect, { $set: { state: 'running', sentAt: at } }),
    end: endBy(createBatcher(finish, limits)),
    endTogether: endBy(createBatcher(finish, { ...limits, lingerMs: LINGER_MS })),
    skipOrphans: async (destinations, at) => {
      const createdAt = { $lt: new Date(at.getTime() - ORPHANED_FOR_MS) };
      const orphans = { open: true, destination: { $nin: [...destinations] }, createdAt } as const;
      const ending: Ending = { state: 'skipped', because: 'its destination was deleted' };
      return (await effects.updateMany(orphans, changesOf(ending, at) as object)).modifiedCount;
    },
    ...dueEffects(effects, now),
  };
}

function dueEffects(
  effects: Collections['effects'],
  now: () => number,
): Pick<EffectStore, 'due' | 'retryNow'> {
  const dueIn = async (which: object, limit: number) =>
    await effects
      .find({ open: true, ...which }, { _id: 0, order: 1, topic: 1, backfilled: 1 })
      .sort({ dueAt: 1 })
      .limit(limit)
      .lean<Woken[]>();
  return {
    due: async (destination, before, limit) => await dueIn({ destination, dueAt: { $lt: before } }, limit),
    retryNow: async (destination, limit) => {
      const dueAt = new Date(now());
      const failing = { destination, state: 'failing', dueAt: { $gt: dueAt } } as const;
      const some = await dueIn(failing, limit);
      const order = { $in: some.map((each) => each.order) };
      await effects.updateMany({ open: true, ...failing, order }, { $set: { dueAt } });
      return some;
    },
  };
}

function readLanes(effects: Collections['effects'], now: () => number): EffectStore['lane'] {
  const read = async (destination: string, orders: string[], limit: number) =>
    await effects
      .find(
        {
          open: true,
          destination,
          order: { $in: orders },
          $or: [{ state: { $ne: 'sleeping' } }, { dueAt: { $lte: new Date(now()) } }],
        },
        // Read when its message is made: a lane of large bodies would fill the memory.
        { body: 0 },
      )
      .sort({ order: 1, version: 1, index: 1 })
      .limit(limit)
      .lean<EffectDocument[]>();
  const readAll = async (destination: string, orders: string[]): Promise<Map<string, EffectDocument[]>> => {
    const found = await read(destination, orders, READ_AT_ONCE);
    const lanes = Map.groupBy(found, ({ order }) => order);
    if (found.length < READ_AT_ONCE) return lanes;
    // The last lane may be cut, and those after it are missing.
    const last = found.at(-1)?.order ?? '';
    for (const order of orders.filter((each) => each >= last))
      lanes.set(order, await read(destination, [order], LANE_PAGE));
    return lanes;
  };
  return createBatcher<Lane, EffectDocument[]>(
    async (asked) => {
      const byDestination = Map.groupBy(asked, ({ destination }) => destination);
      const found = new Map(
        await Promise.all(
          [...byDestination].map(
            async ([name, lanes]) =>
              [name, await readAll(name, [...new Set(lanes.map(({ order }) => order))])] as const,
          ),
        ),
      );
      return asked.map(({ destination, order }) =>
        (found.get(destination)?.get(order) ?? []).slice(0, LANE_PAGE),
      );
    },
    { largest: LANES_AT_ONCE, atATime: 2, mayWait: 10_000 },
  );
}

/**
 * Ordered: MongoDB stores an effect after the earlier ones of its lane. If some exist, because a publisher died after it
 * had stored them, the rest is added without changing these.
 */
async function insertInSequence(effects: Collections['effects'], documents: EffectDocument[]): Promise<void> {
  try {
    await effects.collection.insertMany(documents as unknown as mongo.Document[], { ordered: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const operations = documents.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
    }));
    await effects.collection.bulkWrite(operations as never, { ordered: true });
  }
}

/** An effect that was sent: nearly all endings. */
interface Finished {
  effect: string;
  receipt: Receipt;
  at: Date;
}

/** One command for many endings, each with its own receipt: it costs MongoDB half as much as one command each. */
function finishing(finished: readonly Finished[]): mongo.Document[] {
  const own = <Value>(values: Value[]) => ({ $arrayElemAt: [{ $literal: values }, '$$place'] });
  const place = { $indexOfArray: [{ $literal: finished.map(({ effect }) => effect) }, '$_id'] };
  const fields = {
    state: 'done',
    receipt: own(finished.map(({ receipt }) => receipt)),
    sentAt: null,
    dueAt: null,
    doneAt: own(finished.map(({ at }) => at)),
    lastError: null,
    attempts: { $add: ['$attempts', 1] },
  };
  const merged = { $mergeObjects: ['$$ROOT', fields] };
  return [{ $replaceWith: { $let: { vars: { place }, in: merged } } }, { $unset: 'open' }];
}

function changesOf(ending: Ending, at: Date): mongo.UpdateFilter<mongo.Document> {
  const settled = { sentAt: null, dueAt: null };
  if (ending.state === 'done')
    return {
      $set: { ...ending, ...settled, doneAt: at, lastError: null },
      $inc: { attempts: 1 },
      $unset: { open: true },
    };
  if (ending.state === 'skipped')
    return { $set: { ...ending, ...settled, doneAt: at }, $unset: { open: true } };
  if (ending.state === 'sleeping')
    return { $set: { ...ending, sentAt: null, failures: 0, lastError: null }, $inc: { attempts: 1 } };
  const failed = { attempts: 1, failures: 1 };
  if (ending.state !== 'failing') return { $set: { ...ending, ...settled }, $inc: failed };
  const { isUnsettled, isRestarted, ...failing } = ending;
  if (isRestarted) return { $set: { ...failing, sentAt: null, failures: 0 }, $inc: { attempts: 1 } };
  return { $set: { ...failing, ...(!isUnsettled && { sentAt: null }) }, $inc: failed };
}
