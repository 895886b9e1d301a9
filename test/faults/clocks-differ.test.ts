import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { livesOf } from '../support/lives.ts';
import { clockOff } from './clock-off.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const FIVE_MINUTES_MS = 300_000;
const ORDERS = times(30, 300);

/** T14: ingests and workers whose clocks are ten minutes apart. */
describe(`P4, P5: clocks that differ (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    for (const ms of [FIVE_MINUTES_MS, -FIVE_MINUTES_MS]) {
      await rig.startIngest({ env: clockOff(ms) });
      await rig.startWorker({ env: clockOff(ms) });
    }
  });
  afterAll(() => rig.close());

  test('T14: five minutes ahead and behind, everything is applied once, in sequence, and soon', async () => {
    await rig.deliverAll(rig.random.shuffled(livesOf(rig.random, 'clocks.myshopify.com', ORDERS).flat()));
    const healSeconds = await rig.settled();
    const receivedAt = async (of: object) =>
      (await rig.collections.events.countDocuments({ receivedAt: of })) > 0;
    const ahead = await receivedAt({ $gt: new Date(Date.now() + FIVE_MINUTES_MS / 2) });
    const behind = await receivedAt({ $lt: new Date(Date.now() - FIVE_MINUTES_MS / 2) });
    const row = {
      fault: 'T14 clocks 5 min ahead and behind',
      runs: 2,
      reached: Number(ahead) + Number(behind),
      healSeconds,
    };
    expectNothingBroken(row, await rig.audit());
    expect(healSeconds).toBeLessThan(60);
  });
});
