import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reconnectIfReadOnly } from '../../src/system/connections.ts';
import { depositOver, type DepositInside } from '../support/in-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { waitingEvent } from '../support/waiting-event.ts';

/** After a failover the old primary keeps its connections but refuses writes; its address may move. */
describe('P2: a primary that becomes a replica', () => {
  let primary: OwnRedis;
  let server: OwnRedis;
  let inside: DepositInside;
  let connections = 0;
  beforeAll(async () => {
    [primary, server] = await Promise.all([OwnRedis.start(), OwnRedis.start()]);
    inside = await depositOver(server.url, 1);
    inside.redis.on('ready', () => (connections += 1));
  });
  afterAll(async () => {
    await inside.close();
    await Promise.all([primary.remove(), server.remove()]);
  });

  test('refuses a deposit: a new connection is opened, and deposits work as soon as it reaches a primary', async () => {
    await inside.redis.call('REPLICAOF', '127.0.0.1', String(primary.port));
    const event = waitingEvent('orders/paid', { id: 1 });
    await expect(inside.depositor.deposit(event, null)).rejects.toMatchObject({ code: 'not_durable' });
    await until(() => connections > 0, 10_000, 'a new connection');
    await until(() => inside.redis.status === 'ready');
    await inside.redis.call('REPLICAOF', 'NO', 'ONE');
    await until(async () => {
      const answer = await inside.depositor.deposit(event, null).catch(() => null);
      return answer?.outcome === 'accepted';
    }, 10_000);
  });

  test.each([
    ["READONLY You can't write against a read only replica. script: 5e1, on @user_script:41.", 1],
    [
      "ERR Error running script (call to f_5e1): @user_script:41: @user_script: 41: -READONLY You can't write",
      1,
    ],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 0],
  ])('new connections after the error "%s": %i', async (why, expected) => {
    await until(() => inside.redis.status === 'ready');
    const before = connections;
    reconnectIfReadOnly(inside.redis, why);
    await inside.redis.ping();
    expect(connections - before).toBe(expected);
  });
});
