import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { livesOf } from '../support/lives.ts';
import { expectedOf, stateOf } from '../support/model.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const EVENTS = 5000;
const CHECKS_AT_A_TIME = 10;

describe('a worker is killed during a drain', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ workers: 1, env: { HOLD_FOR_CREATE_MS: '0' } });
  });
  afterAll(() => stack.stop());

  test('P3, P4, P6: 5,000 events are all applied once after kill -9 and a restart', async () => {
    const random = randomFrom(7);
    const lives = livesOf(random, 'killed.myshopify.com', 500);
    const deliveries = random.shuffled(lives.flat()).slice(0, EVENTS);
    const sending = stack.sendAll(deliveries, random);
    const waiting = async () => Number((await stack.api('/status')).json.waitingEvents);
    const accepted = async () => Number((await stack.api('/status')).json.accepted);
    await until(async () => (await accepted()) > EVENTS / 4);
    stack.workers[0]?.program.child.kill('SIGKILL');
    await stack.workers[0]?.program.ended;
    expect(await sending).toEqual({ accepted: EVENTS });
    // The state was reached: events wait, and some of them were being applied.
    expect(await waiting()).toBeGreaterThan(0);
    await stack.startWorker();
    await stack.drained(60_000);

    const chosen = new Set(deliveries);
    const problems: string[] = [];
    const check = async (life: Delivery[]) => {
      const sent = life.filter((delivery) => chosen.has(delivery));
      if (sent.length === 0) return;
      const expected = expectedOf(sent);
      const [order, timeline] = await Promise.all([stack.order(expected.key), stack.timeline(expected.key)]);
      const sequences = timeline.map((entry) => entry.sequence).join();
      if (sequences !== sent.map((_, i) => i + 1).join()) problems.push(`${expected.key}: ${sequences}`);
      if (JSON.stringify(stateOf(order)) !== JSON.stringify(stateOf(expected.order)))
        problems.push(`${expected.key}: another state`);
    };
    const queue = lives.values();
    const checkSome = async () => {
      for (const life of queue) await check(life);
    };
    await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, checkSome));
    expect(problems).toEqual([]);
  }, 150_000);
});
