import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClaims } from '../../src/deposit/claims.ts';
import { createMailboxList } from '../../src/deposit/mailbox-list.ts';
import { openQueues } from '../../src/deposit/queues.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import { createWaker } from '../../src/deposit/waker.ts';
import { readHeartbeats } from '../../src/system/heartbeats.ts';
import { openRedis, redisReady } from '../../src/system/connections.ts';
import { measureWaiting } from '../../src/health/waiting.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { dedupeRoutes } from '../../src/operate/api/dedupe-routes.ts';
import { mailboxRoutes } from '../../src/operate/api/mailbox-routes.ts';
import { queueRoutes } from '../../src/operate/api/queue-routes.ts';
import { shopRoutes } from '../../src/operate/api/shop-routes.ts';
import { systemRoutes } from '../../src/operate/api/system-routes.ts';
import { createClaimReader } from '../../src/operate/steering/claim-reader.ts';
import { measureStatus } from '../../src/operate/status/measure-status.ts';
import { createQueueReader } from '../../src/operate/status/queue-reader.ts';
import { Sampler } from '../../src/operate/status/sampler.ts';
import { createStatusReader } from '../../src/operate/status/status-reader.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { Outages } from '../../src/operate/status/outages.ts';
import { openInProcess, silent, type Inside } from '../support/in-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { keyOf, randomEventId, waitingEvent } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';
import { WELL } from './all-is-well.ts';
import { shopStatusOver } from './shop-status-over.ts';

describe('figures', () => {
  let inside: Inside;
  let status: () => Promise<SystemStatus>;
  let locks = () => Promise.resolve(0);
  beforeAll(async () => {
    inside = await openInProcess();
    const { redis, collections, partitions, queues } = inside;
    const outages = new Outages(Date.now);
    const figures = {
      workers: () => Promise.resolve(1),
      forged: () => Promise.resolve(0),
      locks: () => locks(),
      effects: () => Promise.resolve(WELL.effects!),
      outages,
      now: Date.now,
    };
    status = createStatusReader({
      redis,
      lockServers: [redis],
      mongo: collections.orders.db,
      collections,
      partitions,
      queues,
      ...figures,
    });
  });
  afterAll(() => inside.close());

  test('name the paused queues', async () => {
    expect((await status()).pausedQueues).toEqual([]);
    await inside.queues[0]?.pause();
    expect((await status()).pausedQueues).toEqual([0]);
    await inside.queues[0]?.resume();
    expect((await status()).pausedQueues).toEqual([]);
  });

  test('of locks are unknown while their servers are down, and all others are known', async () => {
    locks = () => Promise.resolve(2);
    expect(await status()).toMatchObject({ workers: 1, locksHeld: 2 });
    locks = () => Promise.reject(new Error('only 0 of 1 lock servers answer'));
    expect(await status()).toMatchObject({ workers: 1, locksHeld: null, redis: { state: 'up' } });
  });

  test('of metrics equal those of the pages, whichever is read', async () => {
    const { depositor, waker: wakes, metrics, redis, partitions, queues, collections } = inside;
    for (const id of ['1', '1', '2'])
      await depositor.deposit(waitingEvent('orders/paid', { id }, { order: keyOf(id) }), null);
    await wakes.flush();
    const at = new Date();
    const kept = { shop: 's', order: 's/1', topic: 't', receivedAt: at, error: 'e', cause: 'e', attempts: 1 };
    await collections.parked.create({ _id: 'one', state: 'parked', ...kept, firstAt: at, lastAt: at });
    const shown = await status();
    const gauges = async () => ({
      waitingEvents: (await metrics.waitingEvents.get()).values[0]?.value,
      parked: (await metrics.parked.get()).values[0]?.value,
      waitingJobs: (await metrics.queueJobs.get()).values.find(({ labels }) => labels.state === 'waiting')
        ?.value,
    });
    measureStatus(metrics, shown);
    const measured = await gauges();
    expect(measured).toEqual({
      waitingEvents: shown.waitingEvents,
      parked: 1,
      waitingJobs: shown.queues?.waiting,
    });
    expect(measured).toMatchObject({ waitingEvents: 3, waitingJobs: 2 });
    await measureWaiting(metrics, redis, partitions, queues);
    expect(await gauges()).toEqual(measured);
    measureStatus(metrics, { ...shown, waitingEvents: null, queues: null, parked: null });
    expect(await gauges()).toEqual(measured);
  });
});

describe('while Redis is down', () => {
  let inside: Inside;
  let server: OwnRedis;
  let redis: ScriptedRedis;
  let sampler: Sampler;
  let served: ServedRoutes;
  beforeAll(async () => {
    inside = await openInProcess();
    server = await OwnRedis.start();
    redis = withScripts(openRedis(server.url, 'impatient', silent, 1500));
    await redisReady(redis);
    const { collections } = inside;
    const partitions = [redisKeys(0)];
    const queues = openQueues(redis, partitions);
    const none = () => Promise.resolve(0);
    const servers = {
      redis,
      lockServers: [redis],
      mongo: collections.orders.db,
      collections,
      partitions,
      queues,
    };
    const status = createStatusReader({
      ...servers,
      workers: none,
      forged: none,
      locks: none,
      effects: () => Promise.resolve(WELL.effects!),
      outages: new Outages(Date.now),
      now: Date.now,
    });
    sampler = new Sampler({
      status,
      heartbeats: () => readHeartbeats(redis, redisKeys(0)),
      log: silent,
      now: Date.now,
    });
    const found = createClaims(redis, partitions);
    const mailboxes = createMailboxList(redis, partitions);
    const reader = createClaimReader({ claims: found, mailboxes, collections, partitions: 1 });
    const isPaused = async () => (await queues[0]?.isPaused()) ?? false;
    const wakes = createWaker(queues, silent, () => undefined);
    served = await ServedRoutes.start([
      ...dedupeRoutes({ redis, claims: found, reader, maxBodyBytes: 1024 }),
      ...mailboxRoutes({ redis, mailboxes, waker: wakes, partitions: 1, isPaused }),
      ...queueRoutes({
        redis,
        queues,
        read: createQueueReader(redis, partitions, queues, none),
        rates: () => sampler.rates(),
      }),
      ...shopRoutes({ redis, shops: shopStatusOver(redis, partitions, collections) }),
      ...systemRoutes({ status, sampler }),
    ]);
  });
  afterAll(async () => {
    await served.stop();
    await sampler.stop();
    redis.disconnect();
    await server.remove();
    await inside.close();
  });

  const PLACES = [
    `/dedupe/${randomEventId()}`,
    '/dedupe?webhookId=w&shop=a.myshopify.com',
    '/mailboxes',
    '/queues',
    '/shops',
  ];

  test('requests for its data say so, the status says so, samples continue with nulls; then everything recovers', async () => {
    await sampler.sample();
    await server.stop();
    await until(() => redis.status !== 'ready');
    for (const place of PLACES) {
      const { status, json } = await served.get(place);
      expect([place, status, json.detail]).toEqual([place, 503, 'Redis is down: its data is unavailable']);
    }
    const paused = await served.post('/queues/all/pause', { reason: 'a try while it is down' });
    expect(paused.status).toBe(503);
    expect((await served.get('/status')).json).toMatchObject({
      level: 'act',
      sentence: 'Redis is down: new events go to the spool.',
      waitingEvents: null,
      pausedQueues: null,
      parked: 0,
    });
    await sampler.sample();
    await sampler.sample();
    await server.startAgain();
    await until(() => redis.status === 'ready');
    await sampler.sample();
    const { samples } = (await served.get('/history')).json as {
      samples: { waitingEvents: number | null }[];
    };
    expect(samples.map(({ waitingEvents }) => waitingEvents)).toEqual([0, null, null, 0]);
    expect(await Promise.all(PLACES.map(async (place) => (await served.get(place)).status))).toEqual([
      404, 200, 200, 200, 200,
    ]);
  });
});
