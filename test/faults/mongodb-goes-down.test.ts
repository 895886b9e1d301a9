import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startMongo } from '../../testkit/local/mongo.ts';
import type { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, FULL, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const ORDERS = times(20, 100);

/** T12, T13: MongoDB is slow, or dies; and both servers are down at once. */
describe(`P2, P3: MongoDB (SEED=${SEED})`, () => {
  let rig: Rig;
  let mongo: Link;
  let redis: Link;
  beforeAll(async () => {
    rig = await Rig.open();
    [mongo, redis] = [await rig.link('mongo'), await rig.link('redis')];
    await Promise.all([rig.startIngest({ mongo, redis }), rig.startWorker({ mongo })]);
  });
  afterAll(() => rig.close());
  const applied = () => rig.metric(rig.workers[0]!, 'lockstep_applied_total');
  let shops = 0;
  const load = () =>
    rig.random.shuffled(livesOf(rig.random, `mongo-${(shops += 1)}.myshopify.com`, ORDERS).flat());

  test.each(FULL ? [2, 30] : [1])(
    'T12: %i s slow each way: webhooks are still accepted, and all is applied',
    async (seconds) => {
      rig.log.begin();
      const hitsBefore = mongo.hits;
      mongo.delay(seconds * 1000);
      await rig.deliverAll(load());
      const { slowestAckMs } = await rig.audit();
      // Up to 2 s each way, drains end, slowly, and their locks are extended; at 30 s they cannot, and pause.
      const before = await applied();
      if (seconds <= 2) await until(async () => (await applied()) > before, 60_000, 'a slow commit');
      else
        await until(async () => (await rig.metric(rig.workers[0]!, 'lockstep_drains_paused')) === 1, 60_000);
      const reached = mongo.hits - hitsBefore;
      mongo.heal();
      const healSeconds = await rig.settled();
      const row = { fault: `T12 MongoDB ${seconds} s slow`, runs: 1, reached, healSeconds };
      expectNothingBroken(row, await rig.audit());
      expect(slowestAckMs).toBeLessThan(seconds * 1000);
    },
    180_000,
  );

  test('T13: killed during a load: webhooks are accepted, drains pause, and continue when it is back', async () => {
    rig.log.begin();
    const { port } = rig.mongo;
    const deliveries = load();
    const half = Math.floor(deliveries.length / 2);
    await rig.deliverAll(deliveries.slice(0, half));
    process.kill(rig.mongo.pid, 'SIGKILL');
    const refusedBefore = rig.log.count('unavailable');
    await rig.deliverAll(deliveries.slice(half));
    const paused = () => rig.metric(rig.workers[0]!, 'lockstep_drains_paused');
    await until(async () => (await paused()) === 1, 60_000, 'the pause');
    const failed = await rig.metric(rig.workers[0]!, 'lockstep_drains_total{outcome="failed"}');
    rig.mongo = await startMongo(`${rig.folder}/mongo`, port);
    const healSeconds = await rig.settled();
    expectNothingBroken(
      { fault: 'T13 MongoDB killed, back', runs: 1, reached: 1, healSeconds },
      await rig.audit(),
    );
    expect(rig.log.count('unavailable')).toBe(refusedBefore);
    // No attempts are wasted: at most the drains that were running, and their first retry.
    expect(failed).toBeLessThanOrEqual(2 * 100);
  }, 180_000);

  test('both down: 503 with Retry-After within 3 s, and accepted again within 10 s of their return', async () => {
    const [first, second] = livesOf(rig.random, 'both.myshopify.com', 1).flat();
    mongo.cut();
    redis.cut();
    rig.log.begin();
    for (let i = 0; i < 8; i += 1) {
      const answer = await rig.send(first!);
      expect(answer?.status).toBe(503);
      expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(rig.log.slowestMs).toBeLessThan(3000);
    const reached = rig.log.count('unavailable') > 0 && redis.hits > 0 ? 1 : 0;
    mongo.heal();
    redis.heal();
    const healed = performance.now();
    await until(async () => (await rig.send(first!))?.status === 200, 10_000, 'webhooks to be taken again');
    await rig.deliver(second!);
    await rig.settled();
    const healSeconds = Number(((performance.now() - healed) / 1000).toFixed(1));
    const row = { fault: 'Redis and MongoDB both down', runs: 1, reached, healSeconds };
    expectNothingBroken(row, await rig.audit());
  });
});
