import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis } from '../../testkit/local/redis.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, FULL, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

/** Redis stops, dies, loses power, is full or forgets (T8, T9, T10), during a load. */
describe(`P2, P3: Redis (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker(), rig.startWorker()]);
  });
  afterAll(() => rig.close());
  let shops = 0;
  const load = (orders: number) =>
    rig.random.shuffled(livesOf(rig.random, `shop-${(shops += 1)}.myshopify.com`, orders).flat());

  /** Breaks Redis while webhooks arrive, and waits until they have reached the spool. */
  async function duringLoad(
    fault: string,
    breakIt: () => Promise<void>,
    mend: () => Promise<void>,
    atLeastMs = 0,
  ) {
    const began = Date.now();
    const orders = times(30, 100);
    rig.log.begin();
    const deliveries = load(orders);
    const first = rig.deliverAll(deliveries.slice(0, deliveries.length / 2));
    await breakIt();
    await first;
    await rig.deliverAll(deliveries.slice(deliveries.length / 2));
    await until(() => Date.now() - began >= atLeastMs);
    const spooled = await rig.collections.spool.countDocuments();
    const mended = performance.now();
    await mend();
    await rig.settled();
    const healSeconds = Number(((performance.now() - mended) / 1000).toFixed(1));
    const row = { fault, runs: 1, reached: spooled > 0 ? 1 : 0, healSeconds };
    const found = await rig.audit();
    expectNothingBroken(row, found);
    expect(found.journaled).toBe(rig.log.acked.size);
    expect(found.slowestAckMs).toBeLessThan(4000);
  }

  test.each(FULL ? [1, 3, 10] : [3])('T8: stopped for %i s, everything is accepted and applied', (seconds) =>
    duringLoad(
      `T8 Redis stopped ${seconds} s`,
      async () => void process.kill(rig.redis.pid, 'SIGSTOP'),
      async () => void process.kill(rig.redis.pid, 'SIGCONT'),
      seconds * 1000,
    ),
  );

  test('T8: killed and started again with its AOF', async () => {
    const { port } = rig.redis;
    await duringLoad(
      'T8 Redis killed, back with its AOF',
      async () => void process.kill(rig.redis.pid, 'SIGKILL'),
      async () => void (rig.redis = await startRedis(`${rig.folder}/redis`, port)),
    );
  });

  test('T8: power lost during a write: the last entry of the AOF is torn', async () => {
    const { port } = rig.redis;
    await duringLoad(
      'T8 Redis loses power, AOF torn',
      async () => void process.kill(rig.redis.pid, 'SIGKILL'),
      async () => {
        const folder = path.join(rig.folder, 'redis', 'appendonlydir');
        const file = readdirSync(folder).find((name) => name.endsWith('.incr.aof'));
        appendFileSync(path.join(folder, file ?? ''), '*3\r\n$3\r\nSET\r\n$9\r\nhalf-wri');
        rig.redis = await startRedis(`${rig.folder}/redis`, port);
      },
    );
  });

  test('T9: full, and then room again', async () => {
    await duringLoad(
      'T9 Redis out of memory',
      async () => void (await rig.direct.config('SET', 'maxmemory', '1')),
      async () => void (await rig.direct.config('SET', 'maxmemory', '0')),
    );
  });

  test('T10: it forgets everything during a load; waiting events arrive when they are sent again', async () => {
    rig.log.begin();
    const deliveries = load(times(30, 100));
    const half = deliveries.length / 2;
    for (const { program } of rig.workers) program.child.kill('SIGSTOP');
    await rig.deliverAll(deliveries.slice(0, half));
    const { waiting } = await rig.audit();
    await rig.direct.flushall();
    for (const { program } of rig.workers) program.child.kill('SIGCONT');
    await rig.deliverAll(deliveries);
    const healSeconds = await rig.settled();
    const row = {
      fault: 'T10 FLUSHALL, then sent again',
      runs: 1,
      reached: waiting > 0 ? 1 : 0,
      healSeconds,
    };
    expectNothingBroken(row, await rig.audit());
  });
});
