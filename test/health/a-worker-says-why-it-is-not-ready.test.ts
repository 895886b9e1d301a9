import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const NOBODY = 'redis://127.0.0.1:1';

describe('a worker is not ready', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
  });
  afterAll(() => stack.stop());
  const readiness = async (url = stack.workers[0]?.url) => {
    const { status, json } = await http(`${url}/readyz`);
    return { status, problems: json.problems };
  };
  const tell = (verb: 'pause' | 'resume') =>
    http(`${stack.dashboardUrl}/api/queues/all/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test' }),
    });

  test('while its queue is paused', async () => {
    await until(async () => (await readiness()).status === 200);
    expect((await tell('pause')).status).toBe(200);
    expect(await readiness()).toEqual({ status: 503, problems: ['drains: are paused by an operator'] });
    expect((await tell('resume')).status).toBe(200);
    expect((await readiness()).status).toBe(200);
  });

  test.each([
    [1, '2 of 3 answer', 200],
    [2, '1 of 3 answers', 503],
  ])('with %i of 3 lock servers down: %s', async (down, _, expected) => {
    const there = await Promise.all(Array.from({ length: 3 - down }, () => namespace()));
    const urls = [...there.map(({ redisUrl }) => redisUrl), ...Array<string>(down).fill(NOBODY)];
    const url = await stack.spawnWorker({ LOCK_REDIS_URLS: urls.join(',') });
    const problems = expected === 200 ? undefined : ['lock servers: 1 of 3 answers, which is not a majority'];
    await until(async () => (await readiness(url).catch(() => null))?.status === expected);
    expect(await readiness(url)).toEqual({ status: expected, problems });
  });
});
