import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { checkRedis, openRedis, redisReady } from '../../src/system/connections.ts';
import { OwnRedis } from '../support/own-redis.ts';

describe('P2: a Redis that may lose stored events', () => {
  const warned: string[] = [];
  const write = (line: string) => void warned.push(String((JSON.parse(line) as { msg: unknown }).msg));
  const log = pino({ level: 'warn' }, { write });
  let server: OwnRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await OwnRedis.start();
    redis = openRedis(server.url, 'impatient', log);
    await redisReady(redis);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.remove();
  });

  const checkWith = async (settings: Record<string, string>) => {
    warned.length = 0;
    const usual = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' };
    for (const [name, value] of Object.entries({ ...usual, ...settings }))
      await redis.config('SET', name, value);
    await checkRedis(redis, log);
    return warned;
  };

  test('with the right settings is accepted without a warning', async () => {
    expect(await checkWith({})).toEqual([]);
  });

  test.each(['allkeys-lru', 'volatile-lru', 'allkeys-random', 'volatile-ttl', 'allkeys-lfu'])(
    'with eviction policy %s is refused, and the error says what to do',
    async (policy) => {
      await expect(checkWith({ 'maxmemory-policy': policy })).rejects.toThrow(
        new RegExp(`maxmemory-policy ${policy}.*set it to noeviction`),
      );
    },
  );

  test('with appendfsync everysec is accepted, with a warning of what may be lost', async () => {
    const said = await checkWith({ appendfsync: 'everysec' });
    expect(said).toEqual([
      'Redis has appendfsync everysec: a power loss may lose the last second of accepted events',
    ]);
  });

  test('that does not show its settings is accepted, with a warning that they were not checked (fails open)', async () => {
    await checkWith({});
    await redis.call('ACL', 'SETUSER', 'managed', 'on', '>managed', '~*', '+@all', '-config');
    const managed = openRedis(server.url.replace('redis://', 'redis://managed:managed@'), 'impatient', log);
    await redisReady(managed);
    await checkRedis(managed, log);
    expect(warned).toEqual([expect.stringContaining('does not show its settings')]);
    managed.disconnect();
  });

  // Must be the last test: after AOF is switched on again, Redis does not stop before the file is written.
  test('with appendonly no is accepted, with a warning of what may be lost', async () => {
    const said = await checkWith({ appendonly: 'no' });
    expect(said).toEqual(['Redis has appendonly no: accepted events are lost when it restarts']);
  });
});
