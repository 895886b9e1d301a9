import type { BodySetting } from '../../src/persist/stored-body.ts';
import type { Machine } from '../report/run.ts';
import type { KillRace } from './kill-race.ts';
import { ORDERED_RIVALS } from './names.ts';
import type { Race } from './race.ts';
import type { WorkloadName } from './workloads.ts';

/** The medians of every contender, and the ceilings that were measured in the same run. */
export interface Comparison {
  command: string;
  startedAt: string;
  minutes: number;
  machine: Machine;
  repeats: number;
  workloads: Record<WorkloadName, { orders: number; events: number; meanBodyBytes: number }>;
  rows: Row[];
  ceilings: {
    /** Bare Express and HMAC, with nothing stored. */
    acksPerSecond: number;
    /**
     * The upper bound: the documents of the spread workload (orders and journal), written with MongoDB's bulk writes.
     */
    eventsPerSecond: number;
  };
  /** What the orders' bodies cost: the spread workload with one worker. */
  bodies: BodyRow[];
  /** Races in which a worker is killed, of every contender that has one. */
  kills: KillRow[];
}

/** One contender: medians of times, and sums for what must be zero. */
export interface KillRow extends KillRace {
  contender: string;
  races: number;
}

/** Lockstep under one ORDER_BODY, and the ceiling with the same documents. */
export interface BodyRow extends Row {
  setting: BodySetting;
  /** Of an order's document, mean. */
  orderBytes: number;
  /** Events per second. */
  ceiling: number;
}

/** One contender with one workload and a number of workers: medians, and sums for what must be zero. */
export interface Row extends Race {
  contender: string;
  workload: WorkloadName;
  workers: number;
}

const SUMMED = ['lost', 'twice', 'inversions', 'wrong', 'refused'] as const;
const SUMMED_OF_KILLS = ['lost', 'twice', 'inversions', 'wrong', 'stuck'] as const;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Each of these names, summed over all races. */
function sumsOf<Name extends string>(
  names: readonly Name[],
  races: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  const sums = names.map((name) => [name, races.reduce((sum, race) => sum + race[name], 0)]);
  return Object.fromEntries(sums) as Record<Name, number>;
}

export function rowOf(named: Pick<Row, 'contender' | 'workload' | 'workers'>, races: readonly Race[]): Row {
  const medianOf = (pick: (race: Race) => number | null): number | null => {
    const found = races.map(pick).filter((each) => each !== null);
    return found.length === 0 ? null : median(found);
  };
  return {
    ...named,
    ...sumsOf(SUMMED, races),
    acksPerSecond: medianOf((race) => race.acksPerSecond) ?? 0,
    ackP99Ms: medianOf((race) => race.ackP99Ms) ?? 0,
    eventsPerSecond: medianOf((race) => race.eventsPerSecond),
    bytesPerWaiting: medianOf((race) => race.bytesPerWaiting),
    ownCpuMicros: medianOf((race) => race.ownCpuMicros),
    serverCpuMicros: medianOf((race) => race.serverCpuMicros),
    mongoFlushes: medianOf((race) => race.mongoFlushes),
  };
}

export function killRowOf(contender: string, races: readonly KillRace[]): KillRow {
  const medianOf = (pick: (race: KillRace) => number | null): number | null => {
    const middle = median(races.map((race) => pick(race) ?? Infinity));
    return middle === Infinity ? null : middle;
  };
  return {
    contender,
    races: races.length,
    ...sumsOf(SUMMED_OF_KILLS, races),
    ordersLeft: median(races.map(({ ordersLeft }) => ordersLeft)),
    standstillSeconds: medianOf(({ standstillSeconds }) => standstillSeconds),
    finishedSeconds: medianOf(({ finishedSeconds }) => finishedSeconds),
  };
}

/** One claim about the figures, with its limit. */
export interface Claim {
  claim: string;
  ratio: number;
  /** At least this; with `below`, at most this. */
  bound: number;
  below?: true;
}

/** The claims about Lockstep: ratios within one run, and how long orders stand still after a kill. */
export function claimsOf({ rows, ceilings, workloads, kills }: Comparison, lockstep: string): Claim[] {
  const find = (contender: string, workload: WorkloadName, workers: number): Row => {
    const row = rows.find(
      (each) => each.contender === contender && each.workload === workload && each.workers === workers,
    );
    if (!row) throw new Error(`no row of ${contender}, ${workload}, ${workers}`);
    return row;
  };
  const rate = (...of: Parameters<typeof find>) => find(...of).eventsPerSecond ?? 0;
  const ours = find(lockstep, 'spread', 1);
  const locked = [...new Set(rows.map(({ contender }) => contender))].filter((name) =>
    name.startsWith('lock;'),
  );
  const against = (workload: WorkloadName, bound: number): Claim[] =>
    locked.map((name) => ({
      claim: `events/s against "${name}", ${workload}`,
      ratio: rate(lockstep, workload, 1) / rate(name, workload, 1),
      bound,
    }));
  return [
    {
      claim: 'acks/s against bare Express + HMAC',
      ratio: ours.acksPerSecond / ceilings.acksPerSecond,
      bound: 0.6,
    },
    ...against('spread', 10),
    ...against('hot', 30),
    {
      claim: 'events/s against the best other queue with a sequence per order, spread',
      ratio: rate(lockstep, 'spread', 1) / Math.max(...ORDERED_RIVALS.map((name) => rate(name, 'spread', 1))),
      bound: 3,
    },
    {
      claim: "events/s against MongoDB's own bulk writes",
      ratio: rate(lockstep, 'spread', 1) / ceilings.eventsPerSecond,
      bound: 0.5,
    },
    {
      claim: 'events/s of two workers against one, spread',
      ratio: rate(lockstep, 'spread', 2) / rate(lockstep, 'spread', 1),
      bound: 1,
    },
    {
      claim: 'Redis bytes per waiting event against the raw body',
      ratio: (ours.bytesPerWaiting ?? Infinity) / workloads.spread.meanBodyBytes,
      bound: 0.4,
      below: true,
    },
    ...kills
      .filter(({ contender }) => contender === lockstep)
      .map(({ standstillSeconds }) => ({
        claim: 'longest standstill of an order after one of two workers was killed, seconds',
        ratio: standstillSeconds ?? Infinity,
        bound: 3,
        below: true as const,
      })),
  ];
}

export function isMet({ ratio, bound, below }: Claim): boolean {
  return below ? ratio <= bound : ratio >= bound;
}
