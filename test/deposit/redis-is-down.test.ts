import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDepositor } from '../../src/deposit/depositor.ts';
import { openQueues } from '../../src/deposit/queues.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import { createWaker } from '../../src/deposit/waker.ts';
import { openRedis, redisReady } from '../../src/system/connections.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { silent } from '../support/in-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const DEPOSIT_TIMEOUT_MS = 300;
const notDurable = { name: 'Fault', code: 'not_durable' };

describe('a deposit while Redis is down', () => {
  const partitions = [redisKeys(0)];
  let server: OwnRedis;
  let redis: ScriptedRedis;
  beforeAll(async () => {
    server = await OwnRedis.start();
    redis = withScripts(openRedis(server.url, 'impatient', silent, DEPOSIT_TIMEOUT_MS));
    await redisReady(redis);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.remove();
  });
  const deposits = () =>
    createDepositor(
      redis,
      partitions,
      createWaker(openQueues(redis, partitions), silent, () => undefined),
      60,
    );

  test('P2: is refused as not durable; when Redis is back it is accepted, and earlier events are there', async () => {
    const event = waitingEvent('orders/paid', { id: 1 });
    expect(await deposits().deposit(event, null)).toMatchObject({ outcome: 'accepted' });
    await server.stop();
    const other = waitingEvent('orders/updated', { id: 1 });
    await expect(deposits().deposit(other, null)).rejects.toMatchObject(notDurable);

    await server.startAgain();
    await until(() => redis.status === 'ready');
    expect(await deposits().deposit(other, null)).toMatchObject({ outcome: 'accepted' });
    expect(await deposits().deposit(event, null)).toMatchObject({ outcome: 'duplicate' });
    expect(await redis.llen(redisKeys(0).mailbox(event.order))).toBe(2);
  });

  test('P2: is refused if Redis does not answer in time; sent again it is a duplicate, not lost', async () => {
    const event = waitingEvent('orders/cancelled', { id: 1 });
    await redis.client('PAUSE', 10 * DEPOSIT_TIMEOUT_MS, 'ALL');
    await expect(deposits().deposit(event, null)).rejects.toMatchObject(notDurable);
    await until(async () => (await redis.ping().catch(() => '')) === 'PONG');
    expect(await deposits().deposit(event, null)).toMatchObject({ outcome: 'duplicate', event: event.id });
  });

  test('P2: is refused completely if Redis is full: no claim without its event', async () => {
    const event = waitingEvent('orders/fulfilled', { id: 1 });
    await redis.config('SET', 'maxmemory', '1');
    await expect(deposits().deposit(event, 'delivery')).rejects.toMatchObject({ code: 'redis_full' });
    await redis.config('SET', 'maxmemory', '0');
    expect(await redis.exists(redisKeys(0).dedupe(event.id), redisKeys(0).delivery('delivery'))).toBe(0);
    expect(await deposits().deposit(event, 'delivery')).toMatchObject({ outcome: 'accepted' });
  });

  test('P2: is refused if its mailbox is not a list, and leaves no claim that would drop it later', async () => {
    const order = keyOf('13');
    const event = waitingEvent('orders/paid', { id: 13 }, { order });
    await redis.set(redisKeys(0).mailbox(order), 'foreign data');
    await expect(deposits().deposit(event, 'thirteen')).rejects.toMatchObject(notDurable);
    await redis.del(redisKeys(0).mailbox(order));
    expect(await deposits().deposit(event, 'thirteen')).toMatchObject({ outcome: 'accepted' });
  });

  test('reloads the scripts within the same call if Redis has forgotten them', async () => {
    await redis.script('FLUSH');
    expect(await deposits().deposit(waitingEvent('orders/paid', { id: 9 }), null)).toMatchObject({
      outcome: 'accepted',
    });
  });
});
