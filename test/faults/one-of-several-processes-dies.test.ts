import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readHeartbeats } from '../../src/system/heartbeats.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const KILLS = times(2, 20);
const ORDERS = times(40, 100);
const SEVERAL = { INGEST_PROCESSES: '2', WORKER_PROCESSES: '2' };

/** An ingest and a worker of two processes each, whose processes are killed under load. */
describe(`P2, P3: one of a program's processes dies (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open(SEVERAL);
    await rig.startIngest({ env: { ADMIN_PORT: String(await freePort()) } });
    await rig.startWorker();
  });
  afterAll(() => rig.close());
  const pidsOf = async (name: 'ingest' | 'worker') => {
    const heard = await readHeartbeats(rig.direct, redisKeys(0));
    const alive = heard.filter(({ program, lastHeardMs }) => program === name && lastHeardMs < 2000);
    return alive.map(({ id }) => Number(id.split(':').at(-1)));
  };
  const both = async (name: 'ingest' | 'worker') =>
    await until(async () => (await pidsOf(name)).length === 2, 30_000, `two processes of ${name}`);
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test(`${KILLS} processes of each are killed: the others go on, and each is started again`, async () => {
    let killed = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const lives = livesOf(rig.random, `several-${round}.myshopify.com`, ORDERS);
      const load = rig.deliverAll(rig.random.shuffled(lives.flat()), 8);
      for (const name of ['ingest', 'worker'] as const) {
        await both(name);
        const pid = rig.random.pick(await pidsOf(name));
        process.kill(pid, 'SIGKILL');
        await until(async () => !(await pidsOf(name)).includes(pid), 30_000, `the end of ${pid}`);
        await both(name);
        killed += 1;
      }
      await load;
    }
    const healSeconds = await rig.settled();
    const row = { fault: 'One of several processes killed', runs: 2 * KILLS, reached: killed, healSeconds };
    expectNothingBroken(row, await rig.audit());
  }, 600_000);

  test('SIGTERM stops all of them with exit code 0; if their parent is killed, they end', async () => {
    const [ingest, worker] = [rig.ingests[0]!, rig.workers[0]!];
    const [receiving, draining] = [await pidsOf('ingest'), await pidsOf('worker')];
    expect([...receiving, ...draining].filter(isAlive)).toHaveLength(4);
    worker.program.child.kill('SIGTERM');
    expect(await worker.program.ended).toBe(0);
    expect(draining.filter(isAlive)).toEqual([]);
    await rig.kill(ingest);
    await until(() => Promise.resolve(!receiving.some(isAlive)), 20_000, 'the end of its processes');
  });

  test('a program whose processes cannot start ends with exit code 1, and says what to do', async () => {
    const noPorts = await rig.refused('ingest');
    expect(noPorts.code).toBe(1);
    expect(noPorts.said).toContain('ADMIN_PORT: is required if INGEST_PROCESSES is above 1');
    const noRedis = await rig.refused('worker', { env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    expect(noRedis.code).toBe(1);
    expect(noRedis.said).toMatch(/one of its processes ended \(exit code 1\); its own message says why/);
  }, 60_000);
});
