import type { Collections } from './collections.ts';
import { LANES_INDEX, type EffectDocument } from './effect-schema.ts';
import type { RoutedDocument } from './routed-schema.ts';
import { STOPPED_STATES, type EffectState } from '../system/states.ts';

/** Open effects of a destination, by state. */
export interface OpenCounts {
  waiting: number;
  failing: number;
  sleeping: number;
  inDoubt: number;
  parked: number;
  oldestAt: Date | null;
}

/** The effect of a destination that has been waiting longest, of those that no operator has to decide about. */
export interface OldestEffect {
  order: string;
  /** The order's name. */
  name: string | null;
  since: Date;
  lastError: string | null;
}

/** Effects that failed for the same reason. */
interface ErrorGroup {
  because: string;
  effects: number;
  lastAt: Date;
}

/** What waits at destinations. Everything is read by index, and as far as it says: the cost does not grow with a backlog. */
export interface EffectFigures {
  /** @param most counted of each state; absent: all */
  counts: (destination: string, most?: number) => Promise<OpenCounts>;
  /** Orders with open effects, at most 10,000. */
  orders: (destination: string) => Promise<number>;
  oldest: (destination: string) => Promise<OldestEffect | null>;
  /** Waiting effects behind one that failed, is parked or in doubt: of at most a thousand such orders. */
  behind: (destination: string) => Promise<number>;
  /** Why open effects fail, the most frequent first: of the newest thousand. */
  errors: (destination: string) => Promise<ErrorGroup[]>;
  /** The newest of these errors. */
  lastError: (destination: string) => Promise<string | null>;
  /** The blocks that expired before they were routed. */
  missed: () => Promise<RoutedDocument['missed']>;
}

/** About 10 ms of index entries. */
const MOST_LOOKED_AT = 10_000;
const MOST_TROUBLED = 1000;
/** Enough to find one that is not behind a stopped one, nearly always. */
const OLDEST_LOOKED_AT = 200;
const MOST_ERRORS = 10;

const TO_SEND = ['waiting', 'running', 'failing'] as const satisfies readonly EffectState[];
const TROUBLED = ['failing', ...STOPPED_STATES] as const satisfies readonly EffectState[];

type Models = Pick<Collections, 'effects' | 'orders' | 'routed'>;

export function createEffectFigures({ effects, orders, routed }: Models): EffectFigures {
  return {
    counts: async (destination, most) => await countsOf(effects, destination, most),
    orders: async (destination) => {
      const [found] = await effects.aggregate<{ orders: number }>(
        [
          { $match: { open: true, destination } },
          { $limit: MOST_LOOKED_AT },
          { $group: { _id: '$order' } },
          { $count: 'orders' },
        ],
        { hint: LANES_INDEX },
      );
      return found?.orders ?? 0;
    },
    oldest: async (destination) => {
      const found = await oldestOf(effects, destination);
      if (!found) return null;
      const order = await orders.findById(found.order, { name: 1 }).lean<{ name?: string | null }>();
      return { ...found, name: order?.name ?? null };
    },
    behind: async (destination) => {
      const stuck = await ordersIn(effects, destination, TROUBLED);
      const behind = { open: true, destination, order: { $in: stuck }, state: { $nin: [...TROUBLED] } };
      return stuck.length === 0 ? 0 : await effects.countDocuments(behind as object);
    },
    errors: async (destination) => errorsOf(await troubledOf(effects, destination)),
    lastError: async (destination) => (await troubledOf(effects, destination, 1))[0]?.lastError ?? null,
    missed: async () => (await routed.findOne().lean<RoutedDocument>())?.missed ?? null,
  };
}

/** Which states are counted together. */
const COUNTED = {
  waiting: ['waiting', 'running'],
  failing: ['failing'],
  sleeping: ['sleeping'],
  inDoubt: ['in_doubt'],
  parked: ['parked'],
} as const satisfies Record<Exclude<keyof OpenCounts, 'oldestAt'>, readonly EffectState[]>;

async function countsOf(
  effects: Collections['effects'],
  destination: string,
  most?: number,
): Promise<OpenCounts> {
  const states = Object.values(COUNTED).flat();
  const [counts, oldest] = await Promise.all([
    Promise.all(
      Object.values(COUNTED).map((state) =>
        effects.countDocuments(
          { destination, state: { $in: state } },
          most === undefined ? {} : { limit: most },
        ),
      ),
    ),
    Promise.all(states.map((state) => firstOf(effects, destination, state))),
  ]);
  const [waiting = 0, failing = 0, sleeping = 0, inDoubt = 0, parked = 0] = counts;
  const times = oldest.flatMap((found) => found?.createdAt.getTime() ?? []);
  const oldestAt = times.length > 0 ? new Date(Math.min(...times)) : null;
  return { waiting, failing, sleeping, inDoubt, parked, oldestAt };
}

async function firstOf(effects: Collections['effects'], destination: string, state: EffectState) {
  return await effects
    .findOne({ destination, state }, { _id: 0, createdAt: 1 })
    .sort({ createdAt: 1, _id: 1 })
    .lean<Pick<EffectDocument, 'createdAt'>>();
}

async function oldestOf(
  effects: Collections['effects'],
  destination: string,
): Promise<Omit<OldestEffect, 'name'> | null> {
  const lists = await Promise.all(
    TO_SEND.map((state) =>
      effects
        .find({ destination, state }, { order: 1, state: 1, createdAt: 1, dueAt: 1, lastError: 1 })
        .sort({ createdAt: 1, _id: 1 })
        .limit(OLDEST_LOOKED_AT)
        .lean<EffectDocument[]>(),
    ),
  );
  const found = lists.flat();
  if (found.length === 0) return null;
  const stopped = new Set(await ordersIn(effects, destination, STOPPED_STATES));
  const free = found
    .filter(({ order }) => !stopped.has(order))
    .map((each) => ({ ...each, since: sinceOf(each) }));
  const [first] = free.toSorted((a, b) => a.since.getTime() - b.since.getTime());
  return first ? { order: first.order, since: first.since, lastError: first.lastError } : null;
}

/** One that was replayed, or whose handler has slept, waits since it is due. One that fails has waited all the time. */
function sinceOf({ state, createdAt, dueAt }: EffectDocument): Date {
  return state === 'failing' ? createdAt : (dueAt ?? createdAt);
}

/** The orders whose lane is in one of these states. */
async function ordersIn(
  effects: Collections['effects'],
  destination: string,
  states: readonly EffectState[],
): Promise<string[]> {
  const found = await effects
    .find({ destination, state: { $in: [...states] } }, { order: 1 })
    .limit(MOST_TROUBLED)
    .lean<Pick<EffectDocument, 'order'>[]>();
  return [...new Set(found.map(({ order }) => order))];
}

async function troubledOf(
  effects: Collections['effects'],
  destination: string,
  most = MOST_TROUBLED,
): Promise<EffectDocument[]> {
  return await effects
    .find({ destination, state: { $in: [...TROUBLED] } }, { lastError: 1, receipt: 1, createdAt: 1 })
    .sort({ createdAt: -1, _id: -1 })
    .limit(most)
    .lean<EffectDocument[]>();
}

function errorsOf(found: readonly EffectDocument[]): ErrorGroup[] {
  const groups = Map.groupBy(found, ({ lastError }) => lastError ?? 'unknown');
  return [...groups]
    .map(([because, its]) => ({
      because,
      effects: its.length,
      lastAt: new Date(
        Math.max(...its.map(({ receipt, createdAt }) => (receipt?.at ?? createdAt).getTime())),
      ),
    }))
    .toSorted((a, b) => b.effects - a.effects)
    .slice(0, MOST_ERRORS);
}
