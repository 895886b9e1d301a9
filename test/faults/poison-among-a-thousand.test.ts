import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { livesOf, poisoned } from '../support/lives.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const EVENTS = times(3000, 20_000);
const ONE_IN = 1000;

/** T16: one webhook in a thousand is poison: signed, routed, and unreadable when it is to be applied. */
describe(`P7: poison (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  test(`T16: one in ${ONE_IN} is parked with its reason; all others are applied, including those of the same orders`, async () => {
    const lives = livesOf(rig.random, 'poison.myshopify.com', Math.ceil(EVENTS / 11));
    const good = lives.flat().slice(0, EVENTS);
    const creates = lives.slice(0, EVENTS / ONE_IN).map((life) => life[0]!);
    const bad = creates.map((create) => poisoned(create, `${create.webhookId}-poison`));
    await rig.deliverAll(rig.random.shuffled([...good, ...bad]));
    const healSeconds = await rig.settled();
    const found = await rig.audit();
    const row = { fault: 'T16 poison, one in 1,000', runs: bad.length, reached: found.parked, healSeconds };
    expectNothingBroken(row, found);
    expect(found.journaled).toBe(good.length + bad.length);
    const parked = await rig.collections.parked.find().lean();
    for (const each of parked)
      expect(each.error).toBe('orders/updated: updated_at: expected a time, found text');
    expect(parked).toHaveLength(bad.length);
  }, 180_000);
});
