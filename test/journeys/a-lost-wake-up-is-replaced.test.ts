import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { QUEUE, redisKeys } from '../../src/system/redis-keys.ts';
import { livesOf } from '../support/lives.ts';
import { expectedOf, stateOf } from '../support/model.ts';
import { Stack } from '../support/stack.ts';

/** Three times what P6 promises: a machine that runs two suites at once is slow to start a worker. */
const MADE_AGAIN_MS = 30_000;

describe('a lost wake-up', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ workers: 0, env: { HOLD_FOR_CREATE_MS: '0' } });
  });
  afterAll(() => stack.stop());

  test("P6: orders whose jobs were all deleted are drained after a worker's start", async () => {
    const random = randomFrom(5);
    const lives = livesOf(random, 'swept.myshopify.com', 20);
    expect(await stack.sendAll(lives.flat(), random)).toEqual({ accepted: lives.flat().length });
    const redis = stack.redis();
    await redis.del(await redis.keys(`${redisKeys(0).queuePrefix}:${QUEUE}:*`));
    redis.disconnect();
    await stack.startWorker();
    await stack.drained(MADE_AGAIN_MS);
    for (const life of lives) {
      const expected = expectedOf(life);
      expect(stateOf(await stack.order(expected.key))).toEqual(stateOf(expected.order));
    }
  });
});
