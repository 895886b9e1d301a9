import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { livesOf } from '../support/lives.ts';
import { expectedOf, stateOf } from '../support/model.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

describe('rolling restarts', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ workers: 2, env: { HOLD_FOR_CREATE_MS: '0' } });
  });
  afterAll(() => stack.stop());

  test('P6: SIGTERM to one worker after another under load loses nothing and repeats nothing', async () => {
    const random = randomFrom(11);
    const lives = livesOf(random, 'rolling.myshopify.com', 100);
    const sending = stack.sendAll(random.shuffled(lives.flat()), random, 10);
    const accepted = async () => Number((await stack.api('/status')).json.accepted);
    const total = lives.flat().length;
    for (const [i, share] of [0.2, 0.4, 0.6].entries()) {
      await until(async () => (await accepted()) > total * share);
      await stack.startWorker();
      const stopped = stack.workers[i]?.program;
      await stopped?.stop();
      expect(await stopped?.ended).toBe(0);
    }
    expect(await sending).toEqual({ accepted: total });
    await stack.drained();
    for (const life of lives) {
      const expected = expectedOf(life);
      expect(stateOf(await stack.order(expected.key))).toEqual(stateOf(expected.order));
      const timeline = await stack.timeline(expected.key);
      expect(timeline.map((entry) => entry.sequence)).toEqual(life.map((_, i) => i + 1));
    }
  });
});
