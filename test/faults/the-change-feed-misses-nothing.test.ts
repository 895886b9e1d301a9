import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/operate/shapes/changes.ts';
import { livesOf, mixed } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { killAt, pointsOf, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Placing } from './rig.ts';

const ROUNDS = times(1, 5);
const ORDERS = times(60, 600);
/** Between a commit and its change: in the drain, and in the sequencer. */
const POINTS = pointsOf('commit', 'journal', 'block of changes', 'tombstones of changes');

/** Reads the feed in pages of any size, with and without waiting, while programs die. */
class Reader {
  readonly changes: Change[] = [];
  readonly #rig: Rig;
  #cursor: string | null = null;
  #isOver = false;
  #running: Promise<void> | null = null;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  start(): void {
    this.#running = this.#follow();
  }

  /** Reads the rest. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    while ((await this.#page(0)) > 0);
  }

  async #follow(): Promise<void> {
    while (!this.#isOver) await this.#page(this.#rig.random.next());
  }

  async #page(wait: number): Promise<number> {
    const limit = 1 + Math.floor(this.#rig.random.next() * 40);
    const after = this.#cursor === null ? '' : `&after=${this.#cursor}`;
    const { status, json } = await this.#rig.ask(`/changes?limit=${limit}&wait=${wait}${after}`);
    expect(status).toBe(200);
    const changes = json.changes as Change[];
    this.changes.push(...changes);
    this.#cursor = String(json.cursor);
    return changes.length;
  }
}

/** The consumer of docs/changes.md, as a process. */
class Consumer {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;

  constructor(rig: Rig, token: string) {
    this.folder = path.join(rig.folder, 'copy');
    const [, source = ''] =
      /<!-- consumer -->\s*```js\n([^]*?)```/.exec(readFileSync('docs/changes.md', 'utf8')) ?? [];
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
    writeFileSync(path.join(rig.folder, 'consumer.mjs'), source);
    this.#env = { LOCKSTEP_URL: rig.dashboard?.url, LOCKSTEP_TOKEN: token, COPY: this.folder };
  }

  start(): void {
    const file = path.join(this.folder, '..', 'consumer.mjs');
    this.#child = spawn(process.execPath, [file], {
      env: this.#env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  get cursor(): string {
    try {
      return readFileSync(path.join(this.folder, 'cursor'), 'utf8');
    } catch {
      return '';
    }
  }

  /** Its orders by key, as the API showed them. */
  get orders(): Map<string, Record<string, unknown>> {
    const files = readdirSync(this.folder).filter((name) => name !== 'cursor');
    const read = (name: string) => JSON.parse(readFileSync(path.join(this.folder, name), 'utf8')) as object;
    return new Map(files.map((name) => [name.replace(' ', '/'), settled(read(name))]));
  }
}

/** Without the number of events that were waiting at that moment. */
function settled(order: object): Record<string, unknown> {
  const { waitingEvents: _, ...rest } = order as Record<string, unknown>;
  return rest;
}

/** T26: workers are killed between commit and feed, in the sequencer, and at any moment, while a reader follows the feed. */
describe(`P8: the change feed (SEED=${SEED})`, () => {
  let rig: Rig;
  let reader: Reader;
  let consumer: Consumer;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '1000', HOLD_FOR_CREATE_MS: '0' });
    await Promise.all([rig.startIngest(), rig.startDashboard()]);
    reader = new Reader(rig);
    consumer = new Consumer(rig, await rig.token());
  });
  afterAll(async () => {
    consumer.kill();
    await rig.close();
  });

  /** Alone, so that it is the worker that sequences; another one takes over. */
  async function killWorker(point: CrashPoint, shop: string): Promise<void> {
    for (const worker of rig.workers.slice()) await rig.kill(worker);
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') } satisfies Placing;
    const victim = await rig.startWorker(placing);
    await killAt(placing[point.link].intercept(point.pattern, point.part), victim, rig, shop, 3);
    consumer.kill();
    consumer.start();
    await rig.startWorker();
  }

  async function expectWholeFeed(): Promise<void> {
    const documents = await rig.collections.orders.find().lean();
    const byOrder = Map.groupBy(reader.changes, ({ order }) => order);
    expect(byOrder.size).toBe(documents.length);
    for (const { _id, version, sequence, status } of documents) {
      const changes = byOrder.get(_id) ?? [];
      const versions = [...new Set(changes.map((change) => change.version))];
      expect([_id, versions]).toEqual([_id, Array.from({ length: version }, (_, i) => i + 1)]);
      const places = Array.from({ length: sequence }, (_, i) => i + 1);
      expect([_id, changes.map((change) => change.sequence)]).toEqual([_id, places]);
      expect(changes.at(-1)?.after.status).toBe(status);
      for (const [i, { before }] of changes.entries()) expect(before).toEqual(changes[i - 1]?.after ?? null);
    }
  }

  async function expectSameCopy(): Promise<void> {
    const { orders } = rig.collections;
    const keys = (await orders.find({}, { _id: 1 }).lean()).map(({ _id }) => _id);
    const copies = consumer.orders;
    expect([...copies.keys()].toSorted()).toEqual(keys.toSorted());
    for (const key of keys) expect(copies.get(key)).toEqual(settled((await rig.ask(`/orders/${key}`)).json));
  }

  test(`T26: ${POINTS.length} moments, and a sale with kills`, async () => {
    reader.start();
    consumer.start();
    let reached = 0;
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [i, point] of POINTS.entries()) {
        await killWorker(point, `feed-${round}-${i}`);
        reached += 1;
      }
    await rig.startWorker();
    const lives = livesOf(rig.random, 'sale.myshopify.com', ORDERS);
    const sending = rig.deliverAll(mixed(rig.random, lives, 0.05));
    for (let kill = 0; kill < ROUNDS * 3; kill += 1) {
      const acked = rig.log.acked.size;
      await until(() => Promise.resolve(rig.log.acked.size > acked + 50)).catch(() => undefined);
      await rig.kill(rig.random.pick(rig.workers));
      await rig.startWorker();
      reached += 1;
    }
    await sending;
    const healSeconds = await rig.settled();
    await until(async () => (await rig.collections.outbox.countDocuments({ pending: true })) === 0, 60_000);
    await reader.end();
    await expectWholeFeed();
    const { cursor } = (await rig.ask('/changes?after=head')).json;
    await until(() => Promise.resolve(consumer.cursor === cursor), 60_000, 'the consumer to have everything');
    await expectSameCopy();
    const row = {
      fault: 'T26 worker killed while the change feed is read',
      runs: reached,
      reached,
      healSeconds,
    };
    expectNothingBroken(row, await rig.audit());
  }, 1_200_000);
});
