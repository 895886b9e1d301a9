import { openMongo, mongoReady } from '../../src/system/connections.ts';
import { machineOf } from '../sale/machine.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';
import { bulkCeiling } from '../rivals/bulk.ts';
import { median, rowOf, type Comparison, type Row } from './comparison.ts';
import { BARE, CONTENDERS, LOCKSTEP, type Contender } from './contenders.ts';
import { race, type Race } from './race.ts';
import { workload, WORKLOADS, type WorkloadName } from './workloads.ts';

interface CompareOptions {
  repeats: number;
  /** Orders of the spread workload. */
  orders: number;
  command: string;
  say: (line: string) => void;
}

const WORKERS = [1, 2];
const NAMES = Object.keys(WORKLOADS) as WorkloadName[];
const SEED = 1;

/**
 * One race of each contender in turn, then again, so that a slow minute of the machine affects all of them.
 */
export async function compare({ repeats, orders, command, say }: CompareOptions): Promise<Comparison> {
  const began = Date.now();
  const servers = await startServers();
  const sales = Object.fromEntries(NAMES.map((name) => [name, workload(name, orders, SEED)])) as Record<
    WorkloadName,
    ReturnType<typeof workload>
  >;
  const entries = entriesOf();
  const races = new Map<Entry, Race[]>(entries.map((entry) => [entry, []]));
  const bulk: number[] = [];
  const bare: number[] = [];
  try {
    for (let nth = 1; nth <= repeats; nth += 1) {
      bare.push((await race(BARE, servers, sales.spread, 0)).acksPerSecond);
      for (const entry of entries) {
        const { contender, workload: name, workers } = entry;
        const isCeiling = contender === LOCKSTEP && name === 'spread' && workers === 1;
        const done = await race(
          contender,
          servers,
          sales[name],
          workers,
          isCeiling
            ? async (from) => {
                bulk.push(await bulkRate(from, servers));
              }
            : undefined,
        );
        races.get(entry)?.push(done);
        say(line(nth, repeats, entry, done));
      }
    }
    const machine = await machineOf(servers);
    return {
      command,
      startedAt: new Date(began).toISOString(),
      minutes: (Date.now() - began) / 60_000,
      machine,
      repeats,
      workloads: Object.fromEntries(
        NAMES.map((name) => {
          const { orders: count, events, bodyBytes } = sales[name].sale.figures;
          return [name, { orders: count, events, meanBodyBytes: bodyBytes.mean }];
        }),
      ) as Comparison['workloads'],
      rows: entries.map((entry): Row =>
        rowOf({ ...entry, contender: entry.contender.name }, races.get(entry) ?? []),
      ),
      ceilings: { acksPerSecond: median(bare), eventsPerSecond: median(bulk) },
    };
  } finally {
    await servers.close();
  }
}

interface Entry {
  contender: Contender;
  workload: WorkloadName;
  workers: number;
}

/** A contender without workers races once per workload. */
function entriesOf(): Entry[] {
  return NAMES.flatMap((name) =>
    CONTENDERS.flatMap((contender) =>
      (contender.roles.includes('worker') ? WORKERS : [0]).map((workers) => ({
        contender,
        workload: name,
        workers,
      })),
    ),
  );
}

/** Events per second that MongoDB's own bulk writes put into an empty database. */
async function bulkRate(from: Parameters<typeof bulkCeiling>[0], servers: Servers): Promise<number> {
  const to = openMongo(servers.mongoUri.replace(/\/[^/]*$/, '/bulk'));
  await mongoReady(to);
  try {
    const { events, seconds } = await bulkCeiling(from, to);
    return events / seconds;
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
