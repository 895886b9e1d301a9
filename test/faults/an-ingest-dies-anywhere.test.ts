import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { INGEST_POINTS, killAt, SPOOL_POINTS, type CrashPoint } from './crash-points.ts';
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

  async function killIngest(point: CrashPoint, shop: string): Promise<void> {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const victim = await rig.startIngest(placing);
    if (SPOOL_POINTS.includes(point)) placing.redis.cut();
    const caught = placing[point.link].intercept(point.pattern, point.part);
    await killAt(caught, victim, rig, shop, ORDERS_EACH);
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
          await killIngest(point, `kill-${point.link}-${kill}-${i}`);
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
