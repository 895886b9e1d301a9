import type { BodySetting } from '../../src/persist/stored-body.ts';
import { openMongo, mongoReady } from '../../src/system/connections.ts';
import { machineOf } from '../sale/machine.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';
import { bulkCeiling } from '../rivals/bulk.ts';
import { median, rowOf, type BodyRow, type Comparison, type Row } from './comparison.ts';
import { BARE, CONTENDERS, LOCKSTEP, lockstepWith, type Contender } from './contenders.ts';
import { KillRounds } from './kill-rounds.ts';
import { race, type Race, type Sales } from './race.ts';
import { workload, WORKLOADS, type WorkloadName } from './workloads.ts';

interface CompareOptions {
  repeats: number;
  /** Orders of the spread workload. */
  orders: number;
  command: string;
  say: (line: string) => void;
  /** Called after every round, with what all rounds so far have shown. */
  onRound: (comparison: Comparison) => void;
}

/** With few orders, a second worker has almost nothing to do. */
const WORKERS: Record<WorkloadName, readonly number[]> = { spread: [1, 2], hot: [1] };
const NAMES = Object.keys(WORKLOADS) as WorkloadName[];
const SEED = 1;

/** Lockstep under each ORDER_BODY. */
const SETTING_OF = new Map<Contender, BodySetting>([
  [LOCKSTEP, 'full'],
  [lockstepWith('masked'), 'masked'],
  [lockstepWith('none'), 'none'],
]);

/**
 * One race of each contender in turn, then again, so that a slow minute of the machine affects all of them.
 * A round takes a quarter of an hour. If one fails or is interrupted, `onRound` already has those before it.
 */
export async function compare({ repeats, orders, command, say, onRound }: CompareOptions): Promise<void> {
  const began = Date.now();
  const servers = await startServers();
  const sales = Object.fromEntries(NAMES.map((name) => [name, workload(name, orders, SEED)])) as Record<
    WorkloadName,
    Sales
  >;
  const entries = entriesOf();
  const races = new Map<Entry, Race[]>(entries.map((entry) => [entry, []]));
  const bulk = new Map<BodySetting, Bulk[]>([...SETTING_OF.values()].map((setting) => [setting, []]));
  const kills = new KillRounds(orders, SEED);
  const bare: number[] = [];
  try {
    const machine = await machineOf(servers);
    for (let nth = 1; nth <= repeats; nth += 1) {
      bare.push((await race(BARE, servers, sales.spread, 0)).acksPerSecond);
      for (const entry of entries) {
        const { contender, workload: name, workers } = entry;
        const setting = name === 'spread' && workers === 1 ? SETTING_OF.get(contender) : undefined;
        const done = await race(
          contender,
          servers,
          sales[name],
          workers,
          setting && (async (from) => void bulk.get(setting)?.push(await bulkRate(from, servers))),
        );
        races.get(entry)?.push(done);
        say(line(nth, repeats, entry, done));
      }
      await kills.take(nth, servers, (told) => say(`${nth}/${repeats}  ${told}`));
      const all = entries.map((entry): Row =>
        rowOf({ ...entry, contender: entry.contender.name }, races.get(entry) ?? []),
      );
      onRound({
        command,
        startedAt: new Date(began).toISOString(),
        minutes: (Date.now() - began) / 60_000,
        machine,
        repeats: nth,
        workloads: workloadsOf(sales),
        rows: all.filter(({ contender }) => CONTENDERS.some(({ name }) => name === contender)),
        ceilings: {
          acksPerSecond: median(bare),
          eventsPerSecond: median(bulk.get('full')?.map(({ rate }) => rate) ?? []),
        },
        bodies: bodiesOf(all, bulk),
        kills: kills.rows(),
      });
    }
  } finally {
    await servers.close();
  }
}

interface Entry {
  contender: Contender;
  workload: WorkloadName;
  workers: number;
}

function workloadsOf(sales: Readonly<Record<WorkloadName, Sales>>): Comparison['workloads'] {
  const figures = NAMES.map((name) => {
    const { orders, events, bodyBytes } = sales[name].sale.figures;
    return [name, { orders, events, meanBodyBytes: bodyBytes.mean }];
  });
  return Object.fromEntries(figures) as Comparison['workloads'];
}

/** A contender without workers races once per workload. Bodies are compared with one worker and many orders. */
function entriesOf(): Entry[] {
  const all = NAMES.flatMap((name) =>
    CONTENDERS.flatMap((contender) =>
      (contender.roles.includes('worker') ? WORKERS[name] : [0]).map((workers) => ({
        contender,
        workload: name,
        workers,
      })),
    ),
  );
  const bodies = [...SETTING_OF.keys()].filter((contender) => contender !== LOCKSTEP);
  return [...all, ...bodies.map((contender) => ({ contender, workload: 'spread' as const, workers: 1 }))];
}

function bodiesOf(rows: Row[], bulk: ReadonlyMap<BodySetting, Bulk[]>): BodyRow[] {
  return [...SETTING_OF].flatMap(([{ name }, setting]) => {
    const ceilings = bulk.get(setting) ?? [];
    const orderBytes = median(ceilings.map((each) => each.orderBytes));
    const ceiling = median(ceilings.map(({ rate }) => rate));
    return rows
      .filter(
        ({ contender, workload: on, workers }) => contender === name && on === 'spread' && workers === 1,
      )
      .map((row) => ({ ...row, setting, orderBytes, ceiling }));
  });
}

/** What MongoDB's own bulk writes did with the documents of one race. */
interface Bulk {
  /** Events per second. */
  rate: number;
  orderBytes: number;
}

/** Events per second that MongoDB's own bulk writes put into an empty database. */
async function bulkRate(from: Parameters<typeof bulkCeiling>[0], servers: Servers): Promise<Bulk> {
  const to = openMongo(servers.mongoUri.replace(/\/[^/]*$/, '/bulk'));
  await mongoReady(to);
  try {
    const { events, orderBytes, seconds } = await bulkCeiling(from, to);
    return { rate: events / seconds, orderBytes };
  } finally {
    await to.dropDatabase();
    await to.close();
  }
}

function line(
  nth: number,
  repeats: number,
  { contender, workload: name, workers }: Entry,
  done: Race,
): string {
  const rate = done.eventsPerSecond === null ? '' : `${Math.round(done.eventsPerSecond)} events/s  `;
  const wrong = `lost ${done.lost}, twice ${done.twice}, inversions ${done.inversions}, wrong ${done.wrong}`;
  return `${nth}/${repeats}  ${contender.name.padEnd(26)} ${name.padEnd(6)} ${workers} worker(s)  ${Math.round(done.acksPerSecond)} acks/s  ${rate}${wrong}`;
}
