import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { livesOf } from '../support/lives.ts';
import { INGEST_POINTS, SPOOL_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const KILLS_EACH = times(1, 20);
const ORDERS_EACH = 2;

/** T6: an ingest is killed at moments of a webhook while another continues. What it acknowledged stays. */
describe(`P2, P6: an ingest is killed (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  async function killAt(point: CrashPoint, shop: string): Promise<void> {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const victim = await rig.startIngest(placing);
    if (SPOOL_POINTS.includes(point)) placing.redis.cut();
    const caught = placing[point.link].intercept(point.pattern, point.part);
    let reached = false;
    const dead = caught.reached.then(async () => {
      reached = true;
      await rig.kill(victim);
      rig.ingests.splice(rig.ingests.indexOf(victim), 1);
      caught.release();
    });
    for (let orders = 0; !reached; orders += ORDERS_EACH)
      await rig.deliverAll(
        rig.random.shuffled(livesOf(rig.random, `${shop}-${orders}.myshopify.com`, ORDERS_EACH).flat()),
      );
    await dead;
  }

  test.each([
    ['of a deposit', INGEST_POINTS],
    ['of a spool write while Redis is down', SPOOL_POINTS],
  ])(
    'T6: at moments %s',
    async (what, points) => {
      rig.log.begin();
      let reached = 0;
      for (let kill = 0; kill < KILLS_EACH; kill += 1)
        for (const [i, point] of points.entries()) {
          await killAt(point, `kill-${point.link}-${kill}-${i}`);
          reached += 1;
        }
      const healSeconds = await rig.settled();
      const row = {
        fault: `T6 ingest killed at moments ${what}`,
        runs: KILLS_EACH * points.length,
        reached,
        healSeconds,
      };
      expectNothingBroken(row, await rig.audit());
    },
    600_000,
  );
});
