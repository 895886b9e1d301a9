import type { WaitingEvent } from '../order/event.ts';
import { bodyOr, bytesOf } from '../system/payload.ts';
import { byIndex } from './by-index.ts';
import type { Collections } from './collections.ts';
import { discardedBy, namedIn, takenBy, type ReplayHold, type Discard, type Named } from './parked-acts.ts';
import { recountParked, sweepParkedCounts } from './parked-count.ts';
import { PARKED_GROUP_INDEX, type ParkedDocument } from './parked-schema.ts';
import { equals } from './equals.ts';
import { waitingOf } from './envelope.ts';
import {
  begunBy,
  conditionsOf,
  frozen,
  olderThan,
  type ParkedMark,
  type ParkedSelection,
} from './parked-selection.ts';

/** Parked events to list: the selected ones, optionally only of some shops, or those whose hash begins with `hash`. */
type ParkedFilter = ParkedSelection & { hash?: string | undefined; shops?: readonly string[] | undefined };

/** Without its payload. */
export type ParkedRow = Omit<ParkedDocument, 'payload'>;

export interface ParkedGroupRow {
  cause: string;
  topic: string;
  shop: string;
  events: number;
  firstAt: Date;
  lastAt: Date;
  sample: string;
}

interface ParkedGroupRows {
  groups: ParkedGroupRow[];
  /** False if there are more events or groups than were counted. */
  whole: boolean;
}

/** An event that was claimed, and the run that replayed it before. */
interface TakenEvent {
  event: WaitingEvent;
  before: string | null;
}

/**
 * Parked events, and their way back (P7): parked -> replaying -> replayed. Each step filters on the previous state, so
 * of many concurrent replays of an event only one succeeds. A process that dies in between leaves it `replaying`; after
 * {@link STALE_MS} it may be claimed again, and pushing an event a second time changes nothing (P3).
 */
export interface ParkedStore {
  page: (
    which: ParkedFilter,
    state: ParkedDocument['state'],
    after: ParkedMark | null,
    limit: number,
  ) => Promise<ParkedRow[]>;
  one: (event: string) => Promise<ParkedRow | null>;
  /** The shops of these events, as far as they are or were parked. */
  shopsOf: (events: readonly string[]) => Promise<string[]>;
  /** Groups by cause, topic and shop, largest first; counts at most {@link GROUPED} events. */
  groups: () => Promise<ParkedGroupRows>;
  /** How many were parked before `before` and still are. */
  count: (which: ParkedSelection, before: Date) => Promise<number>;
  /** How many are claimed by a replay and not yet put back. */
  replaying: (which: ParkedSelection) => Promise<number>;
  /** The next events that a run may claim, longest parked first. */
  next: (which: ParkedSelection, run: string, before: Date, limit: number) => Promise<string[]>;
  /** Claims an event for a run; null if another run has claimed it, or it is no longer parked. */
  claim: (event: string, claim: ReplayHold) => Promise<TakenEvent | null>;
  /** Marks an event as put back. @param order the order under which it was parked; its count is updated */
  replayed: (event: string, order: string, claim: ReplayHold) => Promise<void>;
  /** Undoes a claim, because the event could not be put back. */
  giveBack: (event: string, claim: ReplayHold) => Promise<void>;
  /** Undoes claims of processes that died. */
  giveBackStale: (now: Date) => Promise<number>;
  /** Updates the counts of orders if a process died before it did so. */
  sweepCounts: () => Promise<void>;
  /** How many events that a run put back were parked again, including those discarded since. */
  parkedAgain: (run: string) => Promise<number>;
  /** How many events that a run put back have been neither processed nor parked again. */
  stillWaiting: (run: string) => Promise<number>;
  discard: (which: ParkedSelection, by: Discard) => Promise<number>;
  /** Which events were parked before `before` and still are, for the audit. */
  named: (which: ParkedSelection, before: Date) => Promise<Named>;
  /** Which events an action has changed. */
  changedBy: (entry: number) => Promise<Named>;
}

/** No push takes this long: an event that is `replaying` for longer was abandoned. */
const STALE_MS = 30_000;
/** Most parked events that are grouped: 0.15 s of MongoDB's time, from the index alone. */
const GROUPED = 60_000;
/** Most groups shown. */
const GROUPS = 500;

export function createParkedStore(
  collections: Pick<Collections, 'orders' | 'parked' | 'events'>,
): ParkedStore {
  const { parked, events } = collections;
  const held = (event: string, { run, at }: ReplayHold) => ({
    _id: event,
    state: 'replaying' as const,
    replay: run,
    replayedAt: at,
  });
  return {
    page: (...asked) => pageOf(parked, ...asked),
    one: async (event) => await parked.findOne({ _id: event }, { payload: 0 }).lean<ParkedRow>(),
    shopsOf: async (ids) => await parked.distinct('shop', { _id: { $in: [...ids] } }),
    groups: () => groupsOf(parked),
    count: async (which, before) =>
      await parked.countDocuments({ ...frozen(which, before), state: 'parked' }),
    replaying: async (which) => await parked.countDocuments({ ...conditionsOf(which), state: 'replaying' }),
    next: async (which, run, before, limit) => {
      // `$ne: run`: if a worker's clock is behind, an event that was parked again looks older than the run.
      const found = await parked
        .find({ ...frozen(which, before), state: 'parked', replay: { $ne: run } }, { _id: 1 })
        .sort({ lastAt: 1, _id: 1 })
        .limit(limit)
        .lean<{ _id: string }[]>();
      return found.map(({ _id }) => _id);
    },
    claim: async (event, claim) => {
      const taken = await parked
        .findOneAndUpdate({ _id: event, state: 'parked' }, takenBy(claim), { returnDocument: 'before' })
        .lean<ParkedDocument>();
      return taken && { event: againOf(taken), before: taken.replay ?? null };
    },
    replayed: async (event, order, claim) => {
      // Matches nothing if it was parked again, or if the journal has already marked it as replayed.
      await parked.updateOne(held(event, claim), { $set: { state: 'replayed' } });
      await recountParked(collections, [order]);
    },
    giveBack: async (event, claim) => {
      await parked.updateOne(held(event, claim), GIVEN_BACK);
    },
    giveBackStale: async (now) => {
      const since = new Date(now.getTime() - STALE_MS);
      return (await parked.updateMany({ state: 'replaying', replayedAt: { $lt: since } }, GIVEN_BACK))
        .modifiedCount;
    },
    sweepCounts: () => sweepParkedCounts(collections),
    parkedAgain: async (run) =>
      await parked.countDocuments({ replay: run, state: { $in: ['parked', 'discarded'] } }),
    stillWaiting: (run) => countWaiting(run, parked, events),
    discard: (which, by) => discardAll(collections, which, by),
    named: async (which, before) => await namedIn(parked, { ...frozen(which, before), state: 'parked' }),
    changedBy: async (entry) => await namedIn(parked, { acts: entry }),
  };
}

async function pageOf(
  parked: Collections['parked'],
  ...[which, state, after, limit]: Parameters<ParkedStore['page']>
): Promise<ParkedRow[]> {
  const selected = { ...equals({ shop: which.shops }), ...conditionsOf(which), ...begunBy(which.hash) };
  return await parked
    .find({ ...selected, state, ...olderThan(after) }, { payload: 0 })
    .sort({ lastAt: -1, _id: -1 })
    .limit(limit)
    .lean<ParkedRow[]>();
}

async function discardAll(
  collections: Pick<Collections, 'orders' | 'parked'>,
  which: ParkedSelection,
  by: Discard,
): Promise<number> {
  const { parked } = collections;
  const conditions = { ...frozen(which, by.at), state: 'parked' as const };
  const orders = await parked.distinct('order', conditions);
  const { modifiedCount } = await parked.updateMany(conditions, discardedBy(by));
  await recountParked(collections, orders);
  return modifiedCount;
}

/** Counts events that have no outcome since: a journal entry `parked` is from before the replay. */
async function countWaiting(
  run: string,
  parked: Collections['parked'],
  { collection }: Collections['events'],
): Promise<number> {
  const end = {
    from: collection.collectionName,
    localField: '_id',
    foreignField: '_id',
    pipeline: [{ $match: { outcome: { $ne: 'parked' } } }, { $project: { _id: 1 } }],
    as: 'ended',
  };
  const [left] = await parked.aggregate<{ waiting: number }>([
    { $match: { replay: run, state: 'replayed' } },
    { $lookup: end },
    { $match: { ended: [] } },
    { $count: 'waiting' },
  ]);
  return left?.waiting ?? 0;
}

const GIVEN_BACK = {
  $set: { state: 'parked' as const },
  $unset: { replay: 1 as const },
  $inc: { replays: -1 },
};

const GROUPING = [
  { $match: { state: 'parked' } },
  { $sort: PARKED_GROUP_INDEX },
  { $limit: GROUPED },
  {
    $group: {
      _id: { cause: '$cause', topic: '$topic', shop: '$shop' },
      events: { $sum: 1 },
      firstAt: { $min: '$firstAt' },
      lastAt: { $max: '$lastAt' },
      sample: { $last: '$_id' },
    },
  },
  { $sort: { events: -1 as const, lastAt: -1 as const, sample: 1 as const } },
  { $limit: GROUPS },
  {
    $project: {
      _id: 0,
      cause: '$_id.cause',
      topic: '$_id.topic',
      shop: '$_id.shop',
      events: 1,
      firstAt: 1,
      lastAt: 1,
      sample: 1,
    },
  },
];

async function groupsOf(parked: Collections['parked']): Promise<ParkedGroupRows> {
  const groups = await byIndex(PARKED_GROUP_INDEX, (hint) =>
    parked.aggregate<ParkedGroupRow>(GROUPING).option(hint),
  );
  const events = groups.reduce((sum, group) => sum + group.events, 0);
  return { groups, whole: events < GROUPED && groups.length < GROUPS };
}

/** The event as it waited. The current rules decide again whether it can be read. */
function againOf(document: ParkedDocument): WaitingEvent {
  const bytes = bytesOf(document.payload);
  return {
    ...waitingOf(document),
    unreadable: null,
    body: bodyOr(bytes),
    payload: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}
