import type { Comparison, KillRow, Row } from '../../load-tests/compare/comparison.ts';
import { CONTENDERS, LOCKSTEP } from '../../load-tests/compare/contenders.ts';
import type { KillRace } from '../../load-tests/compare/kill-race.ts';
import type { Race } from '../../load-tests/compare/race.ts';
import { WORKLOADS, type WorkloadName } from '../../load-tests/compare/workloads.ts';

export const RACE: Race = {
  acksPerSecond: 2000,
  ackP99Ms: 40,
  eventsPerSecond: 1000,
  bytesPerWaiting: 3000,
  lost: 0,
  twice: 0,
  inversions: 0,
  wrong: 0,
  refused: 0,
  ownCpuMicros: 900,
  serverCpuMicros: 700,
  mongoFlushes: 0.5,
};

export const KILL: KillRace = {
  lost: 0,
  twice: 0,
  inversions: 0,
  wrong: 0,
  stuck: 0,
  ordersLeft: 500,
  standstillSeconds: 2.5,
  finishedSeconds: 4,
};

export const killRow = (contender: string, changes: Partial<KillRow> = {}): KillRow => ({
  ...KILL,
  contender,
  races: 2,
  ...changes,
});

export const NAMED = { contender: 'a contender', workload: 'spread', workers: 1 } as const;

/** Every row of a comparison, each with figures that no other has. */
export function rowsOf(): Row[] {
  const rows = (Object.keys(WORKLOADS) as WorkloadName[]).flatMap((workload) =>
    CONTENDERS.flatMap(({ name, roles }) =>
      (roles.includes('worker') ? [1, 2] : [0]).map((workers) => ({ contender: name, workload, workers })),
    ),
  );
  return rows.map((named, i) => ({
    ...RACE,
    ...named,
    acksPerSecond: 2001 + i,
    ackP99Ms: 101 + i,
    eventsPerSecond: 1201 + i,
    wrong: 301 + i,
    lost: 401 + i,
    twice: 501 + i,
    inversions: 601 + i,
    bytesPerWaiting: named.workers === 0 ? null : 3001 + i,
    ownCpuMicros: 701 + i,
    serverCpuMicros: 801 + i,
  }));
}

export const comparison = (changes: Partial<Comparison> = {}): Comparison => ({
  command: 'npm run compare -- --repeat 3',
  startedAt: '2026-11-27T00:00:04.118Z',
  minutes: 12.3,
  machine: {
    cores: 2,
    cpu: 'A processor',
    memoryGiB: 16,
    system: 'Linux 6.8',
    node: '24.21.0',
    redis: '8.4.0',
    mongodb: '9.0.0',
    lockstep: '5c1be94',
    settings: [],
  },
  repeats: 3,
  workloads: {
    spread: { orders: 2000, events: 8000, meanBodyBytes: 5000 },
    hot: { orders: 20, events: 2000, meanBodyBytes: 6000 },
  },
  rows: rowsOf(),
  ceilings: { acksPerSecond: 4000, eventsPerSecond: 2500 },
  bodies: [
    { ...RACE, ...NAMED, setting: 'full', orderBytes: 9000, eventsPerSecond: 1000, ceiling: 2500 },
    { ...RACE, ...NAMED, setting: 'none', orderBytes: 2000, eventsPerSecond: 1500, ceiling: 5000 },
  ],
  kills: [killRow(LOCKSTEP.name)],
  ...changes,
});
