import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { redisKeys } from '../../src/system/redis-keys.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const HOLDERS = times(20, 50);

/**
 * T7: a worker is stopped (SIGSTOP) with its commits on the way, until its locks have expired; another takes
 * over.
 */
describe(`P4: a holder that stalls (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '1000', HOLD_FOR_CREATE_MS: '0' });
    await rig.startIngest();
  });
  afterAll(() => rig.close());

  test(`T7: every one of ${HOLDERS} late commits is refused by MongoDB, and counted`, async () => {
    const mongo = await rig.link('mongo');
    const stalled = await rig.startWorker({ mongo });
    const lives = livesOf(rig.random, 'stall.myshopify.com', HOLDERS);
    // Half of the orders exist already (their commit replaces), half are new (it inserts).
    await rig.deliverAll(lives.slice(0, HOLDERS / 2).map((life) => life[0]!));
    await rig.settled();

    const commits = mongo.intercept('lockstep.orders');
    const locks = () => rig.direct.keys(redisKeys(0).lock('*' as OrderKey));
    await rig.deliverAll(lives.map((life) => life[1]!));
    await commits.reached;
    await until(async () => (await locks()).length === HOLDERS);
    // Its commits are sent one after another: behind the one that was caught, the others wait in line. Each
    // round of its metrics goes to Redis and MongoDB and back, behind the drains' queries.
    for (let round = 0; round < 10; round += 1) await rig.metric(stalled, 'lockstep_drains_total');
    stalled.program.child.kill('SIGSTOP');

    const other = await rig.startWorker();
    await until(
      async () => (await rig.collections.events.countDocuments()) === HOLDERS * 1.5,
      60_000,
      'the other',
    );
    await until(async () => (await locks()).length === 0);
    const began = performance.now();
    stalled.program.child.kill('SIGCONT');
    commits.release();
    const refused = () => rig.metric(stalled, 'lockstep_fencing_rejected_total');
    await until(async () => (await refused()) >= HOLDERS, 20_000, `${HOLDERS} refusals`);
    await rig.settled();
    const row = {
      fault: 'T7 lock holder stopped past its lock',
      runs: HOLDERS,
      reached: await refused(),
      healSeconds: Number(((performance.now() - began) / 1000).toFixed(1)),
    };
    expectNothingBroken(row, await rig.audit());
    expect(await rig.metric(other, 'lockstep_fencing_rejected_total')).toBe(0);
  }, 180_000);
});
