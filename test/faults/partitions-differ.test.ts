import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProgram } from '../../testkit/local/programs.ts';
import { PARTITIONS_KEY } from '../../src/system/redis-keys.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

/**
 * T23: programs with a different number of partitions than Redis has: their events would wait where no worker
 * looks.
 */
describe(`P6: PARTITIONS that differ (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  type Name = Parameters<typeof startProgram>[0];
  const NAMES: readonly Name[] = ['ingest', 'worker', 'dashboard', 'app'];
  async function endOf(name: Name): Promise<{ code: number; said: string }> {
    const env = {
      PATH: process.env.PATH,
      REDIS_URL: rig.redis.url,
      MONGODB_URI: rig.mongo.uri,
      SHOPIFY_API_KEY: 'a-key',
      SHOPIFY_API_SECRET: 'a-secret-for-tests',
      OPS_JWT_SECRET: 'a-jwt-secret-for-tests-of-32-characters',
      APP_URL: 'https://lockstep.example.com',
      TOKEN_KEYS: `one:${'0'.repeat(64)}`,
      PORT: '0',
      DASHBOARD_PORT: '0',
      APP_PORT: '0',
      ADMIN_PORT: '0',
      PARTITIONS: '2',
    };
    const { child, ended } = startProgram(name, env, 'pipe');
    if (!child.stdout || !child.stderr) throw new Error('no pipes');
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, said: out + err };
  }

  test('T23: each program refuses to start, and says what to do; webhooks sent meanwhile are applied', async () => {
    rig.log.begin();
    const sending = rig.deliverAll(livesOf(rig.random, 'alone.myshopify.com', times(20, 100)).flat());
    for (const name of NAMES) {
      const { code, said } = await endOf(name);
      expect([name, code]).toEqual([name, 1]);
      expect(said).toContain('PARTITIONS is 2 here and 1 in Redis');
      expect(said).toContain('Set PARTITIONS=1');
      expect(said).not.toMatch(/^\s+at .*[:(]\d+/m);
    }
    await sending;
    const healSeconds = await rig.settled();
    const row = { fault: 'T23 PARTITIONS that differ', runs: 4, reached: 4, healSeconds };
    expectNothingBroken(row, await rig.audit());
  }, 120_000);

  test('an ingest that started without Redis writes nothing to it: its events go to the spool and are applied', async () => {
    rig.log.begin();
    const link = await rig.link('redis');
    link.cut();
    const other = await rig.startIngest({ redis: link, env: { PARTITIONS: '2' } });
    let said = '';
    other.program.child.stdout?.on('data', (chunk) => (said += String(chunk)));
    link.heal();
    const deliveries = livesOf(rig.random, 'late.myshopify.com', 3).flat();
    for (const delivery of deliveries) await rig.send(delivery, other);
    await until(() => said.includes('PARTITIONS is 2 here'), 20_000);
    expect(await rig.metric(other, 'lockstep_spooled_total')).toBe(deliveries.length);
    await rig.settled();
    expect(await rig.audit()).toMatchObject({ lost: 0, wrong: 0 });
  }, 60_000);

  test('the number is written again to a Redis that was emptied', async () => {
    await rig.direct.flushall();
    await until(async () => (await rig.direct.exists(PARTITIONS_KEY)) === 1, 10_000);
    expect(await rig.direct.get(PARTITIONS_KEY)).toBe('1');
  });
});
