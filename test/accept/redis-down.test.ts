import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from '../../testkit/local/ports.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { ServedIngest, SHOP } from './served-ingest.ts';

const UNAVAILABLE = {
  status: 503,
  json: { outcome: 'unavailable' },
  retryAfter: expect.stringMatching(/^[1-9]\d*$/) as unknown,
};

describe('P2: Redis is down', () => {
  let port: number;
  let server: OwnRedis | null = null;
  let ingest: ServedIngest;
  beforeAll(async () => {
    port = await freePort();
    ingest = await ServedIngest.startOver(`redis://127.0.0.1:${port}`, 300);
  });
  afterAll(async () => {
    await ingest.stop();
    await server?.remove();
  });

  const isBack = () => until(async () => (await ingest.sendGood()) === '200 accepted', 10_000, 'back');
  const answerTo = async (body: string) => {
    const { status, headers, json } = await ingest.send(body);
    return { status, json, retryAfter: headers['retry-after'] };
  };

  test('answers that do not need Redis stay the same: 401, 400, ignored', async () => {
    expect((await ingest.send('{"id":1}', { secret: 'another' })).status).toBe(401);
    expect((await ingest.send('{"id":1}', { shop: 'none' })).status).toBe(400);
    expect((await ingest.send('{"id":1}', { topic: 'checkouts/create' })).json.outcome).toBe('ignored');
  });

  test('not started yet: 503 with Retry-After, and 200 as soon as it starts', async () => {
    expect(await answerTo('{"id":1}')).toEqual(UNAVAILABLE);
    server = await OwnRedis.start(port);
    await isBack();
  });

  test('restarted: 503 in between, and earlier events are still known', async () => {
    expect((await ingest.send('{"id":2}')).json.outcome).toBe('accepted');
    await server?.stop();
    expect(await answerTo('{"id":3}')).toEqual(UNAVAILABLE);
    await server?.startAgain();
    await isBack();
    expect((await ingest.send('{"id":2}')).json.outcome).toBe('duplicate');
    expect((await ingest.send('{"id":3}')).json.outcome).toBe('accepted');
    expect(await ingest.waitingIn(`${SHOP}/2`)).toBe(1);
  });

  test('too slow: 503 in time, and after the retry the event is there once (P3)', async () => {
    const admin = new Redis(port);
    await admin.client('PAUSE', 1500, 'ALL');
    expect(await answerTo('{"id":4}')).toEqual(UNAVAILABLE);
    await isBack();
    expect((await ingest.send('{"id":4}')).status).toBe(200);
    expect(await ingest.waitingIn(`${SHOP}/4`)).toBe(1);
    admin.disconnect();
  });

  test('full: 503, nothing of the event is stored, and 200 when there is room', async () => {
    const admin = new Redis(port);
    await admin.config('SET', 'maxmemory', '1');
    expect(await answerTo('{"id":5}')).toEqual(UNAVAILABLE);
    await admin.config('SET', 'maxmemory', '0');
    expect((await ingest.send('{"id":5}')).json.outcome).toBe('accepted');
    admin.disconnect();
  });
});
