import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { livesOf, mixed } from '../support/lives.ts';
import { expectedOf, stateOf } from '../support/model.ts';
import { Stack } from '../support/stack.ts';

const CHECKS_AT_A_TIME = 10;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

describe(`every arrival order ends in the same state (SEED=${SEED})`, () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ ingests: 2, workers: 3, env: { HOLD_FOR_CREATE_MS: '200' } });
  });
  afterAll(() => stack.stop());

  test('P3, P4, P5: 500 lives in random orders, with duplicates, over 2 ingests and 3 workers', async () => {
    const random = randomFrom(SEED);
    const lives = livesOf(random, 'shuffled.myshopify.com', 500);
    const deliveries = mixed(random, lives, 0.1);
    const outcomes = await stack.sendAll(deliveries, random);
    const events = lives.flat().length;
    expect(outcomes).toEqual({ accepted: events, duplicate: deliveries.length - events });
    await stack.drained();

    const wrong: string[] = [];
    const check = async (life: Delivery[]) => {
      const expected = expectedOf(life);
      const [order, timeline] = await Promise.all([stack.order(expected.key), stack.timeline(expected.key)]);
      try {
        expect(stateOf(order)).toEqual(stateOf(expected.order));
        expect(timeline.map((entry) => entry.sequence)).toEqual(life.map((_, i) => i + 1));
        const applied = timeline.filter((entry) => entry.outcome === 'applied');
        const times = applied.map((entry) => Math.floor(Date.parse(entry.occurredAt) / 1000));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(timeline.every((entry) => entry.outcome !== 'parked')).toBe(true);
      } catch (error) {
        wrong.push(`${expected.key}: ${String(error)}`);
      }
    };
    const queue = lives.values();
    const checkSome = async () => {
      for (const life of queue) await check(life);
    };
    await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, checkSome));
    expect(wrong).toEqual([]);
  }, 120_000);
});
