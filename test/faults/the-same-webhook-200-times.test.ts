import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { livesOf } from '../support/lives.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const COPIES = 200;
const EVENTS = times(50, 500);

/** T3: every webhook 200 times at once, over two ingests. */
describe(`P3: a storm of duplicates (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  test(`T3: ${EVENTS} webhooks, ${COPIES} times each: one is accepted, the others are duplicates`, async () => {
    const deliveries = livesOf(rig.random, 'storm.myshopify.com', EVENTS).flat().slice(0, EVENTS);
    let reached = 0;
    for (const delivery of deliveries) {
      const answers = await Promise.all(Array.from({ length: COPIES }, () => rig.send(delivery)));
      const outcomes = answers.map((answer) => String(answer?.json.outcome));
      if (outcomes.filter((outcome) => outcome === 'duplicate').length === COPIES - 1) reached += 1;
    }
    const healSeconds = await rig.settled();
    const found = await rig.audit();
    expectNothingBroken(
      { fault: 'T3 every webhook 200 times at once', runs: EVENTS, reached, healSeconds },
      found,
    );
    expect(rig.log.outcomes).toEqual({ accepted: EVENTS, duplicate: EVENTS * (COPIES - 1) });
    expect(found.journaled).toBe(EVENTS);
  }, 300_000);
});
