import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { isFull, readMemory } from '../../src/system/redis-memory.ts';
import { fillWithClaims } from '../support/claims-that-fill.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const MEGABYTE = 2 ** 20;
const ROOM_BYTES = times(4, 16) * MEGABYTE;
const TWO_DAYS = 172_800;

/** Redis reaches a real maxmemory, by claims (T21) or by waiting events (T22). It drains without help. */
describe(`P2, P6: a Redis that is full (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await rig.startIngest();
    await rig.startDashboard();
  });
  afterAll(() => rig.close());

  const load = (shop: string, orders: number): Delivery[] =>
    rig.random.shuffled(livesOf(rig.random, `${shop}.myshopify.com`, orders).flat());
  const spooled = () => rig.collections.spool.countDocuments();
  const status = async () =>
    JSON.parse((await rig.ask('/status')).text) as {
      sentence: string;
      redisMemory: { fullOf: string | null };
    };
  async function limitRedis(bytes: number) {
    const { usedBytes } = await readMemory(rig.direct);
    await rig.direct.config('SET', 'maxmemory', String(usedBytes + bytes));
  }

  test('T22: full of waiting events, with no worker alive: all of it is applied when one starts', async () => {
    rig.log.begin();
    await limitRedis(ROOM_BYTES);
    for (let shop = 0; (await spooled()) < 100; shop += 1)
      await rig.deliverAll(load(`backlog-${shop}`, times(50, 200)));
    expect(isFull(await readMemory(rig.direct))).toBe(true);
    expect((await status()).redisMemory.fullOf).toBe('backlog');
    const waiting = await rig.direct.zcard(redisKeys(0).pending);

    await rig.startWorker();
    const healSeconds = await rig.settled();
    const row = {
      fault: 'T22 Redis full of waiting events',
      runs: 1,
      reached: waiting > 0 ? 1 : 0,
      healSeconds,
    };
    expectNothingBroken(row, await rig.audit());
  }, 180_000);

  test('T21: full of dedupe keys: new events are still applied, and status says what is full', async () => {
    rig.log.begin();
    await limitRedis(ROOM_BYTES);
    await fillWithClaims(rig.direct, 0.93, TWO_DAYS);
    await until(async () => /^Redis is full .*dedupe keys/.test((await status()).sentence), 10_000);
    await rig.deliverAll(load('claims', times(30, 200)));
    const took = await rig.metric(rig.ingests[0]!, 'lockstep_spooled_total');
    const healSeconds = await rig.settled();
    expect(await rig.metric(rig.workers[0]!, 'lockstep_claims_dropped_total')).toBeGreaterThan(0);
    const row = { fault: 'T21 Redis full of dedupe keys', runs: 1, reached: took > 0 ? 1 : 0, healSeconds };
    expectNothingBroken(row, await rig.audit());
  }, 180_000);
});
