import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createHeartbeats, isAlive, readHeartbeats, type Figures } from '../../src/system/heartbeats.ts';
import type { Component } from '../../src/system/lifecycle.ts';
import { PROGRAM_ID } from '../../src/system/program-id.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const keys = redisKeys(0);

describe('heartbeats', () => {
  const opened: Redis[] = [];
  let redis: Redis;
  let components: Component[];
  beforeEach(async () => {
    redis = new Redis((await namespace()).redisUrl);
    opened.push(redis);
    await until(() => redis.status === 'ready');
    components = [];
  });
  afterEach(async () => {
    for (const component of components) await component.stop();
  });
  afterAll(() => opened.forEach((each) => each.disconnect()));

  async function beating(id: string, figures: () => Promise<Figures>, over = redis): Promise<Component> {
    const component = createHeartbeats(over, keys, 'worker', figures, id);
    components.push(component);
    await component.start?.();
    return component;
  }
  const read = () => readHeartbeats(redis, keys);
  const ids = async () => (await read()).map(({ id }) => id).toSorted();

  test('report every second which program is alive, since when, and its figures', async () => {
    let applied = 0;
    const before = Date.now();
    await beating('web-1:7', () => Promise.resolve({ applied: (applied += 1), ackP99Ms: null }));
    await until(async () => (await read()).length === 1);
    const [first] = await read();
    expect(first).toMatchObject({
      program: 'worker',
      id: 'web-1:7',
      figures: { applied: 1, ackP99Ms: null },
    });
    expect(first?.startedAt).toBeGreaterThanOrEqual(before);
    expect(first?.lastHeardMs).toBeLessThan(20_000);
    await until(async () => Number((await read())[0]?.figures.applied) >= 3);
    expect(Date.now() - before).toBeGreaterThan(1900);
    expect(await ids()).toEqual(['web-1:7']);
  });

  test('are of this process by default', async () => {
    const component = createHeartbeats(redis, keys, 'ingest', () => Promise.resolve({}));
    components.push(component);
    await component.start?.();
    await until(async () => (await ids()).includes(PROGRAM_ID));
    expect(PROGRAM_ID).toMatch(new RegExp(`^.+:${process.pid}$`));
  });

  test('a stopped program disappears at once; a dead one is shown for an hour and then leaves no trace in Redis', async () => {
    const [one] = [
      await beating('one', () => Promise.resolve({})),
      await beating('two', () => Promise.resolve({})),
    ];
    await until(async () => (await ids()).length === 2);
    await one?.stop();
    expect(await ids()).toEqual(['two']);
    const [seconds] = await redis.time();
    const died = Number(seconds) * 1000 - 59 * 60_000;
    await redis.zadd(keys.heartbeats, died, 'three');
    await redis.hset(
      keys.heartbeatReports,
      'three',
      JSON.stringify({ program: 'worker', startedAt: 1, figures: {} }),
    );
    expect(await ids()).toEqual(['three', 'two']);
    expect((await read()).filter(isAlive).map(({ id }) => id)).toEqual(['two']);
    await redis.zadd(keys.heartbeats, died - 120_000, 'three');
    await components[1]?.stop();
    await redis.zadd(keys.heartbeats, 1000, 'dead');
    await redis.hset(keys.heartbeatReports, 'dead', '{}');
    expect(await ids()).toEqual([]);
    await beating('three', () => Promise.resolve({}));
    await until(async () => (await ids()).includes('three'));
    expect(await redis.zrange(keys.heartbeats, '0', '-1')).toEqual(['three']);
    expect(await redis.hkeys(keys.heartbeatReports)).toEqual(['three']);
    for (const key of [keys.heartbeats, keys.heartbeatReports]) {
      expect(await redis.pttl(key)).toBeGreaterThan(0);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(3_600_000);
    }
  });

  test("a heartbeat's age is measured by the clock of Redis", async () => {
    await beating('old', () => Promise.resolve({}));
    await until(async () => (await ids()).length === 1);
    await components[0]?.stop();
    const [seconds] = await redis.time();
    const tells = JSON.stringify({ program: 'worker', startedAt: 1, figures: {} });
    await redis.zadd(keys.heartbeats, Number(seconds) * 1000 - 6000, 'old');
    await redis.hset(keys.heartbeatReports, 'old', tells);
    const [heartbeat] = await read();
    expect(heartbeat?.lastHeardMs).toBeGreaterThanOrEqual(6000);
    expect(heartbeat?.lastHeardMs).toBeLessThan(20_000);
  });

  test('reports that cannot be parsed are skipped', async () => {
    await beating('good', () => Promise.resolve({}));
    await until(async () => (await ids()).length === 1);
    const [seconds] = await redis.time();
    for (const text of ['no JSON', '{}', '{"program":"cron","startedAt":1,"figures":{}}', '[]', 'null']) {
      await redis.zadd(keys.heartbeats, Number(seconds) * 1000, text);
      await redis.hset(keys.heartbeatReports, text, text);
    }
    await redis.zadd(keys.heartbeats, Number(seconds) * 1000, 'told nothing');
    expect(await ids()).toEqual(['good']);
  });

  test('a program neither waits for an unreachable Redis nor fails; it is alive again when Redis is back', async () => {
    const patient = new Redis(redis.options.port ?? 0, {
      db: redis.options.db ?? 0,
      maxRetriesPerRequest: null,
    });
    await until(() => patient.status === 'ready');
    patient.disconnect();
    await until(() => patient.status === 'end');
    let asked = 0;
    const component = await beating('lonely', () => Promise.resolve({ asked: (asked += 1) }), patient);
    await until(() => asked === 2);
    expect(await ids()).toEqual([]);
    await patient.connect();
    await until(async () => (await ids()).includes('lonely'));
    patient.disconnect();
    await until(() => patient.status === 'end');
    // This client would wait for Redis without end.
    await component.stop();
  });

  test('a failure to measure the figures does not stop the heartbeats', async () => {
    let asked = 0;
    await beating('ill', () =>
      (asked += 1) < 2 ? Promise.reject(new Error('no figures')) : Promise.resolve({}),
    );
    await until(async () => (await ids()).includes('ill'));
    expect(asked).toBe(2);
  });
});
