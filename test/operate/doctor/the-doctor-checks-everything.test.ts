import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JWT_SECRET as SECRET } from '../../../testkit/local/secrets.ts';
import { loadConfig } from '../../../src/system/config.ts';
import { mongoReady, openMongo } from '../../../src/system/connections.ts';
import { collectionsOf, prepareCollections } from '../../../src/persist/collections.ts';
import { doctorRoutes } from '../../../src/operate/api/doctor-routes.ts';
import { createDoctor } from '../../../src/operate/doctor/doctor.ts';
import { seeSecrets } from '../../../src/operate/doctor/secrets-age.ts';
import { shownSettings } from '../../../src/operate/doctor/shown-settings.ts';
import * as shapes from '../../../src/operate/shapes/system.ts';
import { namespace } from '../../support/namespace.ts';
import { openDeposit, type DepositInside } from '../../support/in-process.ts';
import { ServedRoutes } from '../served-routes.ts';

const DAY_MS = 86_400_000;

describe('the doctor', () => {
  let deposit: DepositInside;
  let mongo: ReturnType<typeof openMongo>;
  let collections: ReturnType<typeof collectionsOf>;
  let served: ServedRoutes;
  let programs: shapes.Program[] = [];

  beforeAll(async () => {
    deposit = await openDeposit();
    mongo = openMongo((await namespace()).mongoUri);
    await mongoReady(mongo);
    collections = collectionsOf(mongo);
    await prepareCollections(collections, { journal: 90, changes: 30 });
    const examine = createDoctor({
      redis: deposit.redis,
      lockServers: [deposit.redis],
      mongo,
      collections,
      queues: deposit.queues,
      retentionDays: 90,
      secrets: { OPS_JWT_SECRET: SECRET },
      secretsKey: deposit.keys.secrets,
      programs: () =>
        programs.length > 0 ? Promise.resolve(programs) : Promise.reject(new Error('no heartbeats')),
    });
    const config = shownSettings(
      loadConfig({ OPS_JWT_SECRET: SECRET, REDIS_URL: 'redis://u:pass@r:6379/0' }),
    );
    served = await ServedRoutes.start(doctorRoutes({ doctor: examine, config }));
  });
  afterAll(async () => {
    await served.stop();
    await mongo.close();
    await deposit.close();
  });

  const checks = async () => {
    const answer = shapes.doctor.parse((await served.get('/doctor', 'operator')).json);
    return Object.fromEntries(answer.checks.map((check) => [check.name, check]));
  };

  test('operators only', async () => {
    expect((await served.get('/doctor', 'viewer')).status).toBe(403);
    expect((await served.get('/config', 'viewer')).status).toBe(403);
  });

  test('healthy real servers get only good verdicts', async () => {
    const found = await checks();
    const isGood = Object.values(found).filter(({ verdict }) => verdict === 'good');
    expect(isGood.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Node',
        'versions',
        'queues',
        'clock of Redis',
        'clock of MongoDB',
        'Redis eviction',
        'Redis version',
        'Redis memory',
        'MongoDB version',
        'MongoDB indexes',
        'journal retention',
        'age of OPS_JWT_SECRET',
      ]),
    );
    for (const { advice } of isGood) expect(advice).toBeNull();
    expect(found.versions?.found).toMatch(/lockstep \d+\.\d+\.\d+, redlock 4\.\d+\.\d+, bullmq \d/);
    expect(found['MongoDB write concern']?.found).toMatch(/^majority, journaled/);
    expect(JSON.stringify(found)).not.toContain(SECRET);
  });

  test('a check that cannot be read is bad, and the others still report', async () => {
    programs = [];
    expect((await checks()).programs).toMatchObject({
      verdict: 'bad',
      found: 'could not be read: no heartbeats',
    });
  });

  test('a program without a live process is bad', async () => {
    const alive = { id: 'host:1', startedAt: new Date().toISOString(), lastHeardMs: 20 };
    programs = [{ ...alive, program: 'ingest' }];
    expect((await checks()).programs).toMatchObject({ verdict: 'bad', advice: 'start a worker' });
    programs.push({ ...alive, program: 'worker' });
    expect((await checks()).programs).toMatchObject({
      verdict: 'good',
      found: '1 ingest, 1 worker, 0 dashboard, 0 app, 0 publisher',
    });
  });

  test('a stopped worker does not count as alive, and is named', async () => {
    const alive = { id: 'host:1', startedAt: new Date().toISOString(), lastHeardMs: 20 };
    programs = [
      { ...alive, program: 'ingest' },
      { ...alive, program: 'worker', id: 'host:2', lastHeardMs: 7100 },
    ];
    expect((await checks()).programs).toMatchObject({
      verdict: 'bad',
      found: expect.stringMatching(
        /^1 ingest, 0 worker, 0 dashboard, 0 app, 0 publisher, worker host:2 no heartbeat since \d\d:\d\d:\d\d UTC$/,
      ),
      advice: 'start a worker',
    });
  });

  test('a paused queue, a missing index and another retention are found and named', async () => {
    await deposit.queues[0]?.pause();
    await collections.events.collection.dropIndex('order_1_sequence_1');
    const { queues, 'MongoDB indexes': indexes } = await checks();
    expect(queues).toMatchObject({ verdict: 'doubtful', found: '1 of 1 is paused: partition 0' });
    expect(indexes).toMatchObject({ verdict: 'bad', found: 'missing: events {"order":1,"sequence":1}' });
    await deposit.queues[0]?.resume();
    await prepareCollections(collections, { journal: 30, changes: 30 });
    const healed = await checks();
    expect(healed['MongoDB indexes']?.verdict).toBe('good');
    expect(healed['journal retention']).toMatchObject({
      verdict: 'doubtful',
      found: 'entries are kept for 30.0 days, and JOURNAL_RETENTION_DAYS is 90',
    });
  });

  test('a Redis setting that loses events is bad, and good again once it is fixed', async () => {
    const { redis } = deposit;
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { 'Redis eviction': eviction } = await checks();
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(eviction).toMatchObject({ verdict: 'bad', found: 'allkeys-lru' });
    expect((await checks())['Redis eviction']?.verdict).toBe('good');
  });

  test("a secret's age counts from when it was first seen; a new secret starts again", async () => {
    const { redis, keys } = deposit;
    await seeSecrets(redis, keys.secrets, { OPS_JWT_SECRET: SECRET });
    const [field = ''] = await redis.hkeys(keys.secrets);
    expect(field).toMatch(/^OPS_JWT_SECRET:[0-9a-f]{8}$/);
    await redis.hset(keys.secrets, field, Date.now() - 400 * DAY_MS);
    await seeSecrets(redis, keys.secrets, { OPS_JWT_SECRET: SECRET });
    expect((await checks())['age of OPS_JWT_SECRET']).toMatchObject({
      verdict: 'doubtful',
      found: 'at least 400 days',
    });
    await seeSecrets(redis, keys.secrets, { OPS_JWT_SECRET: `${SECRET}, the next` });
    expect(await redis.hlen(keys.secrets)).toBe(2);
  });

  test('all settings are shown, without secrets and passwords', async () => {
    const { text } = await served.get('/config', 'operator');
    const { settings } = shapes.config.parse(JSON.parse(text));
    const values = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      OPS_JWT_SECRET: 'set',
      SHOPIFY_API_SECRET: null,
      REDIS_URL: 'redis://r:6379/0',
      MONGODB_URI: null,
      PARTITIONS: '1',
    });
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('pass@');
  });
});
