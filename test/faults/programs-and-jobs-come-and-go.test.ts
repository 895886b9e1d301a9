import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { livesOf } from '../support/lives.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const RESTARTS = times(2, 10);
const ORDERS = times(60, 200);

/** T20: every program is restarted under load, one after another; and BullMQ's jobs are deleted. */
describe(`P2, P6: programs and jobs come and go (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    for (let i = 0; i < 2; i += 1) await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  test(`T20: ${RESTARTS} rolling restarts lose nothing, and every answer is 200`, async () => {
    let restarts = 0;
    for (let round = 0; round < RESTARTS; round += 1) {
      const lives = livesOf(rig.random, `roll-${round}.myshopify.com`, ORDERS);
      const load = rig.deliverAll(rig.random.shuffled(lives.flat()), 8);
      for (const kind of ['ingests', 'workers'] as const) {
        const [oldest] = rig[kind].splice(0, 1);
        oldest!.program.child.kill('SIGTERM');
        expect(await oldest!.program.ended).toBe(0);
        await (kind === 'ingests' ? rig.startIngest() : rig.startWorker());
        restarts += 1;
      }
      await load;
    }
    const healSeconds = await rig.settled();
    const row = { fault: 'T20 rolling restarts', runs: 2 * RESTARTS, reached: restarts, healSeconds };
    expectNothingBroken(row, await rig.audit());
    const { accepted, none = 0, ...others } = rig.log.outcomes;
    expect(accepted).toBeGreaterThan(0);
    // A connection that was refused or closed before its webhook was read is retried, as a load balancer
    // would.
    expect(none).toBeLessThan(100);
    expect(Object.keys(others).filter((outcome) => outcome !== 'duplicate')).toEqual([]);
  }, 300_000);

  test('every job of BullMQ is deleted while events wait: the sweeper wakes them within 10 s', async () => {
    rig.log.begin();
    for (const { program } of rig.workers) program.child.kill('SIGSTOP');
    await rig.deliverAll(livesOf(rig.random, 'jobs.myshopify.com', ORDERS).flat());
    const waiting = await rig.direct.zcard(redisKeys(0).pending);
    const jobs = await rig.direct.keys('lockstep:{0}:drain:*');
    await rig.direct.del(jobs);
    for (const { program } of rig.workers) program.child.kill('SIGCONT');
    const healSeconds = await rig.settled();
    const swept = await Promise.all(rig.workers.map((worker) => rig.metric(worker, 'lockstep_swept_total')));
    const reached = swept.some((count) => count > 0) ? 1 : 0;
    expect(waiting).toBe(ORDERS);
    expectNothingBroken({ fault: 'All of BullMQ deleted', runs: 1, reached, healSeconds }, await rig.audit());
    expect(healSeconds).toBeLessThan(15);
  }, 60_000);
});
