import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

/** A wrong setting, or one in a wrong unit, has the right type. */
describe('a setting reaches what it sets', () => {
  let inside: Inside;
  beforeAll(async () => {
    const settings = { LOCK_TTL_MS: '40000', DEDUPE_TTL_HOURS: '3', HOLD_FOR_CREATE_MS: '7000' };
    inside = await openInProcess({ settings });
  });
  afterAll(() => inside.close());

  test('P4: the lock of an order survives its holder for LOCK_TTL_MS', async () => {
    const { redis, tools } = inside;
    const key = tools.lockKey(keyOf('1'));
    const lease = await tools.lock.acquire(key, 'test');
    const ttlMs = await redis.pttl(key);
    await lease?.release();
    expect(ttlMs).toBeGreaterThan(35_000);
    expect(ttlMs).toBeLessThanOrEqual(40_000);
  });

  test('P3: the claim of an event lasts for DEDUPE_TTL_HOURS', async () => {
    const { redis, keys, depositor, waker } = inside;
    const event = waitingEvent('orders/create', {}, { order: keyOf('2') });
    await depositor.deposit(event, null);
    await waker.flush();
    const ttlSeconds = await redis.ttl(keys.dedupe(event.id));
    expect(ttlSeconds).toBeGreaterThan(3 * 3600 - 60);
    expect(ttlSeconds).toBeLessThanOrEqual(3 * 3600);
  });

  test('P5: events before the create wait for HOLD_FOR_CREATE_MS', async () => {
    const order = keyOf('3');
    await inside.depositor.deposit(waitingEvent('orders/paid', {}, { order }), null);
    await inside.waker.flush();
    const drained = await drainOrder(order, inside.tools);
    const forMs = drained.outcome === 'held' ? drained.forMs : null;
    expect(forMs).toBeGreaterThan(2000);
    expect(forMs).toBeLessThanOrEqual(7000);
  });
});
