import { cpSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { startRedis, type LocalRedis } from '../../testkit/local/redis.ts';
import { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const FAILOVERS = times(1, 7);
const ORDERS = times(60, 200);
const PER_SECOND = 200;
const LAG_MS = 300;

/** With DURABILITY=both, what Redis acknowledged and lost is applied all the same. */
describe(`P2, P3: Redis loses acknowledged events (SEED=${SEED})`, () => {
  let rig: Rig;
  /** Where the programs find Redis, whichever server that is. */
  let address: Link;
  beforeAll(async () => {
    rig = await Rig.open({ DURABILITY: 'both' });
    address = await rig.link('redis');
    const placing = { redis: address };
    await Promise.all([rig.startIngest(placing), rig.startWorker(placing), rig.startWorker(placing)]);
  });
  afterAll(() => rig.close());

  let shops = 0;
  const load = () =>
    rig.random.shuffled(livesOf(rig.random, `lost-${(shops += 1)}.myshopify.com`, ORDERS).flat());
  const tellWorkers = (signal: 'SIGSTOP' | 'SIGCONT') => {
    for (const { program } of rig.workers) program.child.kill(signal);
  };
  /** Acknowledged events that no store but their receipts has. */
  const lost = async () => (await rig.audit()).lost;
  const recovered = async (fault: string, since: number) => {
    const row = { fault, runs: 1, reached: 1 };
    await rig.settled();
    const healSeconds = Number(((performance.now() - since) / 1000).toFixed(1));
    expectNothingBroken({ ...row, healSeconds }, await rig.audit());
    // Deposited again by age, or at once because Redis is another one; then applied.
    expect(healSeconds).toBeLessThan(60);
  };

  test('T34: FLUSHALL while events wait', async () => {
    rig.log.begin();
    tellWorkers('SIGSTOP');
    await rig.deliverAll(load());
    await rig.direct.flushall();
    expect(await lost()).toBeGreaterThan(0);
    const since = performance.now();
    tellWorkers('SIGCONT');
    await recovered('T34 FLUSHALL with DURABILITY=both', since);
  });

  test('T35: Redis is restored to the state before', async () => {
    const { port, pid } = rig.redis;
    const [folder, earlier] = [`${rig.folder}/redis`, `${rig.folder}/earlier`];
    rig.log.begin();
    tellWorkers('SIGSTOP');
    const deliveries = load();
    await rig.deliverAll(deliveries.slice(0, deliveries.length / 2));
    process.kill(pid, 'SIGSTOP');
    cpSync(folder, earlier, { recursive: true });
    process.kill(pid, 'SIGCONT');
    await rig.deliverAll(deliveries.slice(deliveries.length / 2));
    await rig.redis.stop();
    rmSync(folder, { recursive: true });
    cpSync(earlier, folder, { recursive: true });
    rmSync(`${folder}/redis.pid`, { force: true });
    rig.useRedis(await startRedis(folder, port));
    expect(await lost()).toBeGreaterThan(0);
    const since = performance.now();
    tellWorkers('SIGCONT');
    await recovered('T35 Redis restored to before, DURABILITY=both', since);
  });

  test(`T36: ${FAILOVERS} failovers to a replica that is ${LAG_MS} ms behind, at ${PER_SECOND}/s`, async () => {
    for (let round = 0; round < FAILOVERS; round += 1) {
      rig.log.begin();
      const { replica, wire } = await replicaOf(rig.redis, `${rig.folder}/replica-${shops}`);
      tellWorkers('SIGSTOP');
      const sending = sendAt(PER_SECOND, load());
      await sleep(1500);
      process.kill(rig.redis.pid, 'SIGKILL');
      wire.cut();
      await sleep(500);
      rig.useRedis(replica);
      await rig.direct.replicaof('NO', 'ONE');
      address.retarget(replica.port);
      await sending;
      expect(await lost()).toBeGreaterThan(0);
      const since = performance.now();
      tellWorkers('SIGCONT');
      await wire.close();
      await recovered(`T36 failover to a replica ${LAG_MS} ms behind, DURABILITY=both`, since);
    }
  }, 600_000);

  async function sendAt(perSecond: number, deliveries: Delivery[]): Promise<void> {
    const began = performance.now();
    await Promise.all(
      deliveries.map(async (delivery, i) => {
        await sleep(Math.max(0, began + (i * 1000) / perSecond - performance.now()));
        await rig.deliver(delivery);
      }),
    );
  }

  /** A replica that has everything so far, and from now on is behind. */
  async function replicaOf(
    primary: LocalRedis,
    folder: string,
  ): Promise<{ replica: LocalRedis; wire: Link }> {
    const wire = await Link.to(primary.port);
    const replica = await startRedis(folder, undefined, undefined, { replicaof: `127.0.0.1 ${wire.port}` });
    await until(async () => (await rig.direct.info('replication')).includes('state=online'));
    wire.delay(LAG_MS);
    return { replica, wire };
  }
});
