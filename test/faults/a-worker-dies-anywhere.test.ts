import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { killAt, WORKER_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Placing } from './rig.ts';

const KILLS_EACH = times(1, 20);
const ORDERS_EACH = 3;

/** T5: one worker is killed at twelve moments of a drain while another continues. */
describe(`P3, P6: a worker is killed (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  /** Starts a worker, sends until it reaches the moment, and kills it right there. */
  async function killWorker(point: CrashPoint, shop: string): Promise<number> {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') } satisfies Placing;
    const victim = await rig.startWorker(placing);
    const caught = placing[point.link].intercept(point.pattern, point.part);
    await killAt(caught, victim, rig, shop, ORDERS_EACH);
    return 1;
  }

  test(`T5: at ${WORKER_POINTS.length} moments`, async () => {
    let reached = 0;
    for (let kill = 0; kill < KILLS_EACH; kill += 1)
      for (const [i, point] of WORKER_POINTS.entries())
        reached += await killWorker(point, `kill-${kill}-${i}`);
    const healSeconds = await rig.settled();
    const runs = KILLS_EACH * WORKER_POINTS.length;
    const found = await rig.audit();
    expectNothingBroken({ fault: 'T5 worker killed at 12 moments', runs, reached, healSeconds }, found);
    expect(found.journaled).toBe(rig.log.acked.size);
  }, 1_200_000);
});
