import { machineInWords } from '../figures/machine-in-words.ts';
import { barChart } from '../report/bar-chart.ts';
import { markdownTable } from '../report/markdown.ts';
import { claimsOf, isMet, type Comparison, type KillRow, type Row } from './comparison.ts';
import { dollarsPerMillion } from './costs.ts';
import { LOCKSTEP_NAME, type ContenderName } from './names.ts';
import { MACHINE, SERVICES } from './prices.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

const round = (number: number | null, digits = 0): string =>
  number === null
    ? '–'
    : number.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });

const SECOND_LOCK: ContenderName = 'lock; busy: moveToDelayed';

const COLUMNS: [string, (row: Row) => string][] = [
  ['', ({ contender }) => contender],
  ['workload', ({ workload }) => workload],
  ['workers', ({ workers }) => String(workers)],
  ['acks/s', ({ acksPerSecond }) => round(acksPerSecond)],
  ['ack p99 ms', ({ ackP99Ms }) => round(ackP99Ms)],
  ['events/s to MongoDB', ({ eventsPerSecond }) => round(eventsPerSecond)],
  ['orders wrong', ({ wrong }) => round(wrong)],
  ['lost', ({ lost }) => round(lost)],
  ['twice', ({ twice }) => round(twice)],
  ['inversions', ({ inversions }) => round(inversions)],
  ['Redis bytes per waiting event', ({ bytesPerWaiting }) => round(bytesPerWaiting)],
];

/** As Markdown, which is also readable in a terminal. */
export function comparisonTable({ rows }: Comparison): string {
  return markdownTable(
    COLUMNS.map(([name]) => name),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  );
}

/** What README shows of it: two workers, many orders; of the two patterns with a lock, one. */
export function shortTable({ rows }: Comparison): string {
  const shown = ['', 'events/s to MongoDB', 'orders wrong', 'lost', 'twice', 'inversions'];
  const columns = COLUMNS.filter(([name]) => shown.includes(name));
  return markdownTable(
    columns.map(([name]) => name),
    rows
      .filter(({ workload, workers }) => workload === 'spread' && workers === 2)
      .filter(({ contender }) => contender !== SECOND_LOCK)
      .map((row) => columns.map(([, cell]) => cell(row))),
  );
}

export function claimsTable(comparison: Comparison): string {
  return markdownTable(
    ['Lockstep, one worker', 'measured', 'target', 'met'],
    claimsOf(comparison, LOCKSTEP_NAME).map((each) => [
      each.claim,
      round(each.ratio, 2),
      `${each.below ? 'at most' : 'at least'} ${each.bound}`,
      isMet(each) ? 'yes' : '**no**',
    ]),
  );
}

/** What the orders' bodies cost. */
export function bodiesTable({ bodies }: Comparison): string {
  return markdownTable(
    [
      '`ORDER_BODY`',
      "bytes of an order's document",
      'events/s to MongoDB',
      "MongoDB's own bulk writes",
      'ratio',
    ],
    bodies.map(({ setting, orderBytes, eventsPerSecond, ceiling }) => [
      `\`${setting}\``,
      round(orderBytes),
      round(eventsPerSecond),
      round(ceiling),
      round((eventsPerSecond ?? 0) / ceiling, 2),
    ]),
  );
}

const seconds = (number: number | null): string => (number === null ? 'never' : round(number, 1));

const KILL_COLUMNS: [string, (row: KillRow) => string][] = [
  ['one of two workers is killed', ({ contender }) => contender],
  ['longest standstill of an order, s', ({ standstillSeconds }) => seconds(standstillSeconds)],
  ['all applied after, s', ({ finishedSeconds }) => seconds(finishedSeconds)],
  ['stuck', ({ stuck }) => round(stuck)],
  ['lost', ({ lost }) => round(lost)],
  ['twice', ({ twice }) => round(twice)],
  ['inversions', ({ inversions }) => round(inversions)],
  ['orders wrong', ({ wrong }) => round(wrong)],
  ['races', ({ races }) => round(races)],
];

/** What is left of a sale of which one worker was killed. */
export function killsTable({ kills }: Comparison): string {
  return markdownTable(
    KILL_COLUMNS.map(([name]) => name),
    kills.map((row) => KILL_COLUMNS.map(([, cell]) => cell(row))),
  );
}

const COST_COLUMNS: [string, (row: Row) => string][] = [
  ['', ({ contender }) => contender],
  ['CPU µs per event, own', ({ ownCpuMicros }) => round(ownCpuMicros)],
  ['CPU µs per event, servers', ({ serverCpuMicros }) => round(serverCpuMicros)],
  ['MongoDB flushes per event', ({ mongoFlushes }) => round(mongoFlushes, 2)],
  ['Redis bytes per waiting event', ({ bytesPerWaiting }) => round(bytesPerWaiting)],
  ['$ of CPU per million events', (row) => round(dollarsPerMillion(row), 2)],
];

/** What an event takes: many orders, one worker. */
export function costsTable({ rows }: Comparison): string {
  return markdownTable(
    COST_COLUMNS.map(([name]) => name),
    rows
      .filter(({ workload, workers }) => workload === 'spread' && workers < 2)
      .map((row) => COST_COLUMNS.map(([, cell]) => cell(row))),
  );
}

/** The price of a machine's CPU, in one sentence. */
export function machinePrice(): string {
  const { name, dollarsPerHour, cpus, asOf, source } = MACHINE;
  return `One vCPU-hour at $${dollarsPerHour / cpus}: [${name}](${source}), $${dollarsPerHour} an hour for ${cpus} vCPUs (${asOf})`;
}

/** What hosted services take, as others published it. */
export function servicesTable(): string {
  return markdownTable(
    ['service', 'price', '$ per million', 'as of'],
    SERVICES.map(({ service, price, dollarsPerMillion: [low, high], asOf, source }) => [
      service,
      `[${price}](${source})`,
      low === high ? round(low, 2) : `${round(low, 2)} to ${round(high, 2)}`,
      asOf,
    ]),
  );
}

/** How often each contender raced. */
export function racesOf(repeats: number): string {
  return repeats === 1 ? 'one race each' : `medians of ${repeats}`;
}

/** How a comparison was made, in one sentence. */
export function madeOn({ startedAt, minutes, repeats, machine }: Comparison): string {
  const { redis, mongodb, lockstep } = machine;
  return `${startedAt.slice(0, 10)}, ${round(minutes)} minutes, ${racesOf(repeats)}; ${machineInWords(machine)}, Redis ${redis} (appendfsync always), MongoDB engine ${mongodb}, Lockstep ${lockstep}; client, servers and programs all on that machine`;
}

/** Events per second to MongoDB, as a chart. */
export function comparisonChart({ rows, ceilings }: Comparison): string {
  const bars = rows.map(({ contender, workload, workers, eventsPerSecond, wrong }) => ({
    label: `${contender}${workers > 1 ? `, ${workers} workers` : ''}`,
    value: eventsPerSecond,
    group: WORKLOADS[workload],
    ...(wrong > 0 ? { note: `${round(wrong)} orders wrong` } : {}),
  }));
  const ceiling = {
    label: "MongoDB's own bulk writes",
    value: ceilings.eventsPerSecond,
    group: WORKLOADS.spread,
  };
  const spread: WorkloadName = 'spread';
  const last = rows.filter(({ workload }) => workload === spread).length;
  return barChart({
    title: 'Events applied to MongoDB per second',
    unit: 'medians; more is better',
    bars: [...bars.slice(0, last), ceiling, ...bars.slice(last)],
  });
}
