import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Logger } from '../../src/system/log.ts';
import { onError } from '../../src/operate/api/on-error.ts';
import { httpServer } from '../../src/health/serve.ts';
import { http } from '../support/http.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedDashboard } from './served-dashboard.ts';

const ORDER = keyOf('1');

/** A Redis that is stopped (SIGSTOP): its connections stay open, but do not answer. */
describe('while Redis hangs', () => {
  let redis: OwnRedis;
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    dashboard = await ServedDashboard.start({ redisUrl: redis.url });
    await dashboard.commit([{ id: '1' }]);
    redis.hang();
  });
  afterAll(async () => {
    redis.goOn();
    await until(async () => (await dashboard.get('/api/queues')).status === 200);
    await dashboard.stop();
    await redis.remove();
  });

  test('a request that needs Redis is answered that Redis is down', async () => {
    const places = ['/locks', `/locks/${ORDER}`, '/shops', `/orders/${ORDER}/timeline`, '/mailboxes'];
    const more = [`/mailboxes/${ORDER}`, '/queues', `/dedupe/${'0'.repeat(64)}`];
    const began = performance.now();
    const answers = await Promise.all(
      [...places, ...more].map(async (place) => ({ place, ...(await dashboard.get(`/api${place}`)) })),
    );
    for (const { place, status, json } of answers)
      expect([place, status, json.detail]).toEqual([place, 503, expect.stringMatching(/^Redis is down/)]);
    // The limits are 5 s. A client without one waits until Redis is back.
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('a change that was sent to Redis may have been made: the audit does not say refused', async () => {
    const { status, json } = await dashboard.post('/api/queues/0/pause', { reason: 'to look' });
    expect([status, json.detail]).toEqual([503, expect.stringMatching(/^Redis is down/)]);
    const act = await dashboard.collections.audit.findOne().sort({ _id: -1 }).lean();
    expect(act).toMatchObject({ action: 'queue.pause', outcome: 'failed' });
  });
});

test.each([
  ['Command timed out', 'warn'],
  ['Redis is down: waiting events are unknown', 'warn'],
  ['cannot read properties of undefined', 'error'],
])('%s is logged as %s', async (message, level) => {
  const logged: string[] = [];
  const log = { error: () => logged.push('error'), warn: () => logged.push('warn') } as unknown as Logger;
  const app = express().get('/', () => Promise.reject(new Error(message)));
  app.use(onError(log));
  let url = '';
  const server = httpServer('errors', app, 0, (port) => (url = `http://127.0.0.1:${port}`), '127.0.0.1');
  await server.start?.();
  expect((await http(url)).status).toBe(503);
  expect(logged).toEqual([level]);
  await server.stop();
});
