import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http } from '../support/http.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';

describe('health', () => {
  let server: OwnRedis;
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    server = await OwnRedis.start();
    dashboard = await ServedDashboard.start({ redisUrl: server.url });
    await dashboard.commit([{ id: '1' }]);
  });
  afterAll(async () => {
    await dashboard.stop();
    await server.remove();
  });

  const readiness = async () => {
    const { status, json } = await http(`${dashboard.url}/readyz`);
    return { status, json };
  };
  const READY = { status: 200, json: { status: 'ready' } };

  test('with everything up: alive and ready, without a token', async () => {
    expect((await http(`${dashboard.url}/healthz`)).json).toEqual({ status: 'alive' });
    expect(await readiness()).toEqual(READY);
  });

  test('with Redis down: alive and ready, because its pages show what MongoDB knows', async () => {
    await server.stop();
    await until(() => dashboard.redis.status !== 'ready');
    expect((await http(`${dashboard.url}/healthz`)).status).toBe(200);
    expect(await readiness()).toEqual(READY);
  });

  test('with Redis down: metrics are still served', async () => {
    const { status, text } = await http(`${dashboard.url}/metrics`);
    expect(status).toBe(200);
    expect(text).toContain('lockstep_waiting_events');
  });

  test('with Redis down: /api/status says what MongoDB knows, and that Redis is down', async () => {
    expect((await dashboard.get('/api/status')).json).toMatchObject({
      waitingEvents: null,
      queues: null,
      parked: 0,
      redis: { state: 'away', problem: 'is down' },
      mongodb: { state: 'up', problem: null },
    });
  });

  test('with Redis down: orders are still shown', async () => {
    expect((await dashboard.get('/api/orders')).json.orders).toHaveLength(1);
    expect((await dashboard.get('/api/orders/example.myshopify.com/1')).status).toBe(200);
  });

  test('with Redis back: its figures are there again', async () => {
    await server.startAgain();
    await until(async () => (await dashboard.get('/api/status')).json.waitingEvents === 0);
    expect((await dashboard.get('/api/status')).json.redis).toMatchObject({ state: 'up' });
    expect(await readiness()).toEqual(READY);
  });
});
