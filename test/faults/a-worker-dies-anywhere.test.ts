import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { killAt, WORKER_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Placing } from './rig.ts';

const KILLS_EACH = times(1, 20);
const ORDERS_EACH = 3;
/** Workers that start together. They share the orders, and each is stopped at its moment until it is killed. */
const TOGETHER = 4;

/** T5: one worker is killed at twelve moments of a drain while another continues. */
describe(`P3, P6: a worker is killed (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  /** Starts a worker whose moment is caught. */
  async function startVictim(point: CrashPoint) {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') } satisfies Placing;
    const victim = await rig.startWorker(placing);
    return { victim, caught: placing[point.link].intercept(point.pattern, point.part) };
  }

  /** Starts a worker for each moment, sends until each has reached its own, and kills it right there. */
  async function killWorkers(points: readonly CrashPoint[], shop: string): Promise<number> {
    const victims = await Promise.all(points.map(startVictim));
    for (const [i, { victim, caught }] of victims.entries())
      await killAt(caught, victim, rig, `${shop}-${i}`, ORDERS_EACH);
    return victims.length;
  }

  test(`T5: at ${WORKER_POINTS.length} moments`, async () => {
    let reached = 0;
    for (let kill = 0; kill < KILLS_EACH; kill += 1)
      for (let i = 0; i < WORKER_POINTS.length; i += TOGETHER)
        reached += await killWorkers(WORKER_POINTS.slice(i, i + TOGETHER), `kill-${kill}-${i}`);
    const healSeconds = await rig.settled();
    const runs = KILLS_EACH * WORKER_POINTS.length;
    const found = await rig.audit();
    expectNothingBroken({ fault: 'T5 worker killed at 12 moments', runs, reached, healSeconds }, found);
    expect(found.journaled).toBe(rig.log.acked.size);
  }, 1_200_000);
});
