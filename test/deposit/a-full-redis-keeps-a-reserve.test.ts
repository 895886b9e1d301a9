import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Depositor } from '../../src/deposit/depositor.ts';
import { createReplayer } from '../../src/deposit/replayer.ts';
import { RoomMaker } from '../../src/deposit/room-maker.ts';
import { createSpoolingDepositor } from '../../src/deposit/spooling-depositor.ts';
import { Unspooler } from '../../src/deposit/unspooler.ts';
import { createLocks } from '../../src/lock/locks.ts';
import type { EventId } from '../../src/order/identity.ts';
import { bytesTooMany, isFull, readMemory } from '../../src/system/redis-memory.ts';
import { fillWithClaims } from '../support/claims-that-fill.ts';
import { DEDUPE_TTL_SECONDS, depositOver, silent, type DepositInside } from '../support/in-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const MEGABYTE = 2 ** 20;

describe('P6: a Redis that is full keeps room for drains', () => {
  let server: OwnRedis;
  let inside: DepositInside;
  beforeAll(async () => {
    server = await OwnRedis.start();
  });
  beforeEach(async () => {
    inside = await depositOver(server.url, 1);
    const { usedBytes } = await readMemory(inside.redis);
    await inside.redis.config('SET', 'maxmemory', String(usedBytes + 4 * MEGABYTE));
  });
  afterEach(async () => {
    await inside.redis.config('SET', 'maxmemory', '0');
    await inside.redis.flushall();
    await inside.close();
  });
  afterAll(async () => {
    await server.remove();
  });

  let number = 0;
  const event = () => {
    number += 1;
    const pad = Array.from({ length: 200 }, (_, i) => `${number}-${i * number}`).join();
    return waitingEvent('orders/updated', { number, pad }, { order: keyOf(String(number)) });
  };
  const memory = () => readMemory(inside.redis);
  async function fill() {
    const taken = [];
    for (let refused = false; !refused;) {
      const some = Array.from({ length: 50 }, event);
      const outcomes = await Promise.allSettled(some.map((each) => inside.depositor.deposit(each, each.id)));
      taken.push(...some.filter((_, i) => outcomes[i]?.status === 'fulfilled'));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed && !/Redis is full/.test(String(failed.reason))) throw failed.reason;
      refused = failed !== undefined;
    }
    return taken;
  }
  /** The buffers of connections vary, so the limit is set to leave no doubt. */
  async function limitTo(shareUsed: number) {
    const { usedBytes } = await memory();
    await inside.redis.config('SET', 'maxmemory', String(Math.round(usedBytes / shareUsed)));
  }
  const maker = (onDropped: (claims: number) => void = () => undefined) =>
    new RoomMaker(inside.redis, inside.partitions, DEDUPE_TTL_SECONDS, silent, onDropped);

  test('deposits stop at 85 %; stored events are complete, duplicates are still known, and drains work', async () => {
    const taken = await fill();
    const { usedBytes, maxBytes } = await memory();
    expect(usedBytes).toBeLessThan(0.9 * maxBytes);
    expect(await inside.redis.zcard(inside.keys.pending)).toBe(taken.length);
    const first = taken[0]!;
    expect(await inside.depositor.deposit(first, first.id)).toMatchObject({ outcome: 'duplicate' });
    await inside.redis.set(inside.keys.lock(first.order), 'held', 'PX', 10_000, 'NX');
    for (const { order, id } of taken) expect(await inside.mailbox.trim(order, [id])).toBe(0);
  });

  test('a replay does not use the reserve: its event is not in the mailbox', async () => {
    const { redis, partitions, waker, keys } = inside;
    const back = createReplayer(redis, partitions, waker, DEDUPE_TTL_SECONDS);
    const [parked, other] = [event(), event()];
    await back.replay(parked);
    await fill();
    await limitTo(0.9);
    await expect(back.replay(other)).rejects.toMatchObject({ code: 'redis_full' });
    expect(await redis.exists(keys.mailbox(parked.order), keys.dedupe(parked.id))).toBe(2);
    expect(await redis.exists(keys.mailbox(other.order), keys.dedupe(other.id))).toBe(0);
  });

  test('a full Redis does not open the circuit breaker: duplicates are known while it is full', async () => {
    const [first] = await fill();
    await limitTo(0.9);
    const spooled: string[] = [];
    const put = ({ event: { id } }: { event: { id: EventId } }) => {
      spooled.push(id);
      return Promise.resolve({ event: id, firstSeenAt: null });
    };
    const kept = { put, oldest: () => Promise.resolve([]), remove: () => Promise.resolve() };
    const deposits: Depositor = createSpoolingDepositor(inside.depositor, kept, 1500, {
      spooled: () => undefined,
    });
    for (let i = 0; i < 20; i += 1) await deposits.deposit(event(), null);
    expect(spooled).toHaveLength(20);
    expect(await deposits.deposit(first!, null)).toMatchObject({ outcome: 'duplicate' });
  });

  test('full of waiting events: no claim is dropped, and there is room after a drain to 80 %', async () => {
    const taken = await fill();
    await limitTo(0.9);
    const dropped: number[] = [];
    const room = maker((claims) => dropped.push(claims));
    expect(await room.make()).toBe(false);
    await limitTo(0.83);
    expect(isFull(await memory())).toBe(false);
    expect(await room.make()).toBe(false);
    for (const { order, id } of taken) await inside.mailbox.trim(order, [id]);
    await inside.queues[0]?.obliterate({ force: true });
    expect([await room.make(), dropped]).toEqual([true, []]);
  });

  test('full of claims: those that expire first are dropped, and no more than needed', async () => {
    const { redis, keys } = inside;
    // Many: the search ends when there is room, so it meets only some of them.
    const waiting = Array.from({ length: 60 }, (_, i) =>
      waitingEvent('orders/updated', { i }, { order: keyOf(`7${i}`) }),
    );
    for (const each of waiting) await inside.depositor.deposit(each, null);
    for (const { id } of waiting) await redis.pexpire(keys.dedupe(id), 1000_000);
    const old = await fillWithClaims(redis, 0.65, DEDUPE_TTL_SECONDS / 8);
    const young = await fillWithClaims(redis, 0.87, DEDUPE_TTL_SECONDS);
    let dropped = 0;
    const room = maker((claims) => (dropped += claims));
    // Connections of Redis take some kB now and then, also after there was room.
    await until(async () => (await room.make()) && bytesTooMany(await memory()) <= 0);
    expect(dropped).toBeGreaterThan(100);
    expect(await redis.exists(...waiting.map(({ id }) => keys.dedupe(id)))).toBe(waiting.length);
    expect(await redis.exists(...young.slice(0, 500).map((id) => keys.dedupe(id)))).toBe(500);
    expect(await redis.exists(...old.map((id) => keys.dedupe(id)))).toBeLessThan(old.length);
  });

  test('full of new claims: they are dropped too, and events are accepted again', async () => {
    await fillWithClaims(inside.redis, 0.87, DEDUPE_TTL_SECONDS);
    const room = maker();
    await until(() => room.make());
    expect(await inside.depositor.deposit(event(), null)).toMatchObject({ outcome: 'accepted' });
  });

  test('full of claims, but not for a small event: a large spooled event gets room after it was refused', async () => {
    await fillWithClaims(inside.redis, 0.8, DEDUPE_TTL_SECONDS / 8);
    await limitTo(0.83);
    const large = {
      event: waitingEvent('orders/updated', { pad: randomBytes(100_000).toString('base64') }),
      delivery: null,
    };
    const kept = [large];
    let dropped = 0;
    const room = maker((claims) => (dropped += claims));
    const unspooler = new Unspooler({
      spool: {
        put: () => Promise.reject(new Error('not here')),
        oldest: (most) => Promise.resolve(kept.slice(0, most)),
        remove: (ids) => Promise.resolve(void (ids.length > 0 && kept.pop())),
      },
      depositor: inside.depositor,
      makeRoom: (isRefused) => room.make(isRefused),
      lock: () =>
        createLocks([inside.redis], 10_000, () => undefined).acquire(inside.keys.spoolLock, 'spool'),
      log: silent,
      onMoved: () => undefined,
    });
    expect(await room.make()).toBe(true);
    await unspooler.component.once();
    expect([kept.length, dropped]).toEqual([1, 0]);
    // The refused request's buffer is still there.
    await limitTo(0.835);
    await until(async () => {
      await unspooler.component.once();
      return kept.length === 0;
    });
    expect(dropped).toBeGreaterThan(0);
    expect(await inside.redis.llen(inside.keys.mailbox(large.event.order))).toBe(1);
  });
});
