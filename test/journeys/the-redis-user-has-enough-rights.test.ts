import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { compose } from '../support/compose.ts';
import { startComposeRedis, type ComposeRedis } from '../support/compose-redis.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { poisoned } from '../support/lives.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const SHOP = 'acl.myshopify.com';
const KEY = `${SHOP}/5820001001000`;
const reason = 'a test of the Redis user';

/** Redis as docker-compose.yml starts it, and every program with it: no command may be refused. */
describe('the programs work with the rights of the documented Redis user', () => {
  let redis: ComposeRedis;
  let stack: Stack;
  const life = lifeOf(randomFrom(1), SHOP, 1001, new Date('2026-11-20T10:00:00Z'));
  const poison = poisoned(life[0]!, 'poison');

  beforeAll(async () => {
    redis = await startComposeRedis();
    const appPort = await freePort();
    stack = await Stack.start({
      env: {
        REDIS_URL: redis.url,
        SHOPIFY_API_KEY: 'the-client-id',
        APP_URL: `http://localhost:${appPort}`,
        TOKEN_KEYS: `first:${'0a1b'.repeat(16)}`,
        UNKNOWN_SHOPS: 'take',
      },
    });
    await stack.startApp(appPort);
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    await redis?.stop();
  });

  const post = (place: string, body: object): Promise<HttpAnswer> =>
    http(`${stack.dashboardUrl}/api${place}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('docs/production.md has the line of docker-compose.yml', () => {
    const line = /user lockstep on >\S+ (.*)/.exec(compose.services.redis?.command.join('\n') ?? '')?.[1];
    expect(line).toMatch(/^~lockstep:\* /);
    expect(readFileSync('docs/production.md', 'utf8')).toContain(`user lockstep on >password ${line}\n`);
  });

  test('nobody is let in without the password', async () => {
    const url = new URL(redis.url);
    for (const options of [{}, { username: 'lockstep', password: 'guessed' }]) {
      const stranger = new Redis(Number(url.port), url.hostname, {
        ...options,
        retryStrategy: () => null,
        lazyConnect: true,
      });
      stranger.on('error', () => undefined);
      const answer = stranger.connect().then(() => stranger.get('lockstep:x'));
      await expect(answer).rejects.toThrow(/NOAUTH|WRONGPASS|closed/);
      stranger.disconnect();
    }
  });

  test('Redis refuses more than its maxmemory, and evicts nothing', async () => {
    expect(await redis.root.config('GET', 'maxmemory')).toEqual(['maxmemory', String(2 * 1024 ** 3)]);
    expect(await redis.root.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await redis.root.config('GET', 'append*')).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'always']),
    );
  });

  test('webhooks, drains, a parked event replayed, a lock released, queues, every page of the API', async () => {
    for (const delivery of [...life, life[1]!]) expect((await stack.send(delivery)).status).toBe(200);
    const { event } = (await stack.send(poison)).json;
    await stack.drained();

    await post('/queues/0/pause', { reason });
    await post('/queues/0/resume', { reason });
    const replay = { id: crypto.randomUUID(), which: { events: [event] }, reason, dryRun: false };
    expect((await post('/parked/replays', replay)).status).toBe(200);
    await until(async () => {
      const { json } = await stack.api(`/parked/replays/${replay.id}`);
      return json.state === 'done' && json.stillWaiting === 0;
    });

    const holder = new Redis(redis.url);
    const locks = createLocks([holder], 60_000, () => undefined);
    // The drain of the replayed event may still hold it for a moment.
    const leases: Lease[] = [];
    await until(async () => {
      const lease = await locks.acquire(redisKeys(0).lock(KEY as never), 'x');
      return lease !== null && leases.push(lease) > 0;
    });
    const { token } = (await stack.api(`/locks/${KEY}`)).json;
    const released = await post(`/locks/${KEY}/release`, { token, reason, insist: true });
    expect(released).toMatchObject({ status: 200, json: { released: true } });
    await leases[0]?.release();
    holder.disconnect();
    await post(`/dedupe/${String(event)}/release`, { reason, confirm: true });

    const { paths } = (await stack.api('/openapi.json')).json as { paths: Record<string, { get?: object }> };
    const looks = Object.keys(paths).filter((place) => paths[place]?.get && !place.includes('{'));
    for (const place of looks.filter((each) => !each.endsWith('/live')))
      expect((await stack.api(place.replace(/^\/api/, ''))).status).toBeLessThan(500);
    await http(`${stack.dashboardUrl}/queues/raw/api/queues`, {
      headers: { authorization: `Bearer ${stack.token}` },
    });

    const refused = (await redis.root.call('ACL', 'LOG')) as string[][];
    // The guessed password above is the only one.
    expect(refused.filter((entry) => !entry.includes('auth'))).toEqual([]);
    expect(stack.heard).not.toContain('NOPERM');
  }, 120_000);
});
