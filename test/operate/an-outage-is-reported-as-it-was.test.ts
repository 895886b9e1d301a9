import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { Outages } from '../../src/operate/status/outages.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { ServedDashboard } from './served-dashboard.ts';

/** Once, `since` was when the page was opened, and after Redis came back, no worker seemed alive. */
describe('an outage is reported as it was', () => {
  let redis: OwnRedis;
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    dashboard = await ServedDashboard.start({ redisUrl: redis.url });
  });
  afterAll(async () => {
    redis.goOn();
    await dashboard.stop();
    await redis.remove();
  });
  const status = async () => (await dashboard.get('/api/status')).json as unknown as SystemStatus;

  test('since its start, whenever it is read; with one row in the doctor; without a false alarm afterwards', async () => {
    expect(await status()).toMatchObject({ workers: 0, redis: { since: null } });
    const before = Date.now();
    redis.hang();
    await until(async () => (await status()).redis.state === 'away', 10_000);
    const { since } = (await status()).redis;
    expect(Date.parse(since ?? '')).toBeGreaterThanOrEqual(before - 2000);
    expect((await status()).redis.since).toBe(since);
    const { checks } = (await dashboard.get('/api/doctor', 'operator')).json as {
      checks: { name: string; verdict: string; found: string }[];
    };
    expect(checks.filter(({ verdict }) => verdict === 'bad')).toMatchObject([
      { name: 'Redis', found: expect.stringMatching(/^does not answer: \d+ checks skipped$/) },
    ]);
    redis.goOn();
    await until(async () => (await status()).redis.state === 'up', 10_000);
    expect(await status()).toMatchObject({ workers: null, level: 'fine', redis: { since: null } });
  });
});

test('workers are judged again once Redis has been up long enough for all programs to report', () => {
  let now = 0;
  const outages = new Outages(() => now);
  expect(outages.hasSettled('redis')).toBe(true);
  expect(outages.note('redis', false, 5)).toBe(new Date(5).toISOString());
  expect(outages.note('redis', false, 9000)).toBe(new Date(5).toISOString());
  expect(outages.hasSettled('redis')).toBe(false);
  now = 20_000;
  expect(outages.note('redis', true, 20_000)).toBeNull();
  expect(outages.hasSettled('redis')).toBe(false);
  expect(outages.hasSettled('mongodb')).toBe(true);
  now = 30_000;
  expect(outages.hasSettled('redis')).toBe(true);
  expect(outages.note('redis', false, 31_000)).toBe(new Date(31_000).toISOString());
});
