import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, FULL, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const FAULTS = {
  cut: (link: Link) => link.cut(),
  reset: (link: Link) => link.reset(),
  'half-open': (link: Link) => link.stall(),
  'one byte at a time': (link: Link) => link.slice(),
} as const;
type Fault = keyof typeof FAULTS;

const PAIRS = ['ingest-redis', 'ingest-mongo', 'worker-redis', 'worker-mongo'] as const;
type Pair = (typeof PAIRS)[number];

const EVERY = PAIRS.flatMap((pair) => Object.keys(FAULTS).map((fault) => [pair, fault as Fault] as const));
/** In the short form, each pair and each fault once. */
const SOME = EVERY.filter(([pair, fault]) => PAIRS.indexOf(pair) === Object.keys(FAULTS).indexOf(fault));
const SECONDS = times(2, 6);
const ORDERS = times(15, 60);

/** T11: each connection is cut, reset, left half-open or sliced during a load, and recovers. */
describe(`P2, P3, P6: the network (SEED=${SEED})`, () => {
  let rig: Rig;
  const links = {} as Record<Pair, Link>;
  beforeAll(async () => {
    rig = await Rig.open();
    for (const pair of PAIRS) links[pair] = await rig.link(pair.endsWith('redis') ? 'redis' : 'mongo');
    await Promise.all([
      rig.startIngest({ redis: links['ingest-redis'], mongo: links['ingest-mongo'] }),
      rig.startWorker({ redis: links['worker-redis'], mongo: links['worker-mongo'] }),
    ]);
  });
  afterAll(() => rig.close());

  async function breakFor(pair: Pair, fault: Fault, seconds: number): Promise<void> {
    const link = links[pair];
    rig.log.begin();
    const before = link.hits;
    const lives = livesOf(
      rig.random,
      `${pair}-${fault.replaceAll(' ', '-')}-${seconds}.myshopify.com`,
      ORDERS,
    );
    const deliveries = rig.random.shuffled(lives.flat());
    const half = Math.floor(deliveries.length / 2);
    await rig.deliverAll(deliveries.slice(0, half / 2));
    const began = Date.now();
    FAULTS[fault](link);
    // The spool is used only while Redis is not.
    if (pair === 'ingest-mongo') links['ingest-redis'].cut();
    const during = rig.deliverAll(deliveries.slice(half / 2, half));
    await until(() => Date.now() - began > seconds * 1000, (seconds + 5) * 1000);
    const reached = link.hits > before ? 1 : 0;
    link.heal();
    links['ingest-redis'].heal();
    await during;
    await rig.deliverAll(deliveries.slice(half));
    const healSeconds = await rig.settled();
    const name = `T11 ${pair.replace('-', ' to ')} ${fault}, ${seconds} s`;
    expectNothingBroken({ fault: name, runs: 1, reached, healSeconds }, await rig.audit());
    for (const { program } of [...rig.ingests, ...rig.workers]) expect(program.child.exitCode).toBeNull();
  }

  test.each(FULL ? EVERY : SOME)(
    `T11: %s, %s`,
    async (pair, fault) => breakFor(pair, fault, SECONDS),
    180_000,
  );

  (FULL ? test : test.skip)(
    'T11: 30 s without an answer from MongoDB',
    () => breakFor('worker-mongo', 'half-open', 30),
    300_000,
  );
});
