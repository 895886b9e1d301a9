import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { proveEffects, type EffectProof } from '../../testkit/proof/prove-effects.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { destinationFields } from '../publish/publishing.ts';
import { Receiver } from '../publish/receiver.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { BACKFILL_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const NOTHING_WRONG: EffectProof = { missing: 0, twice: 0, inversions: 0, open: 0 };
/** Slow enough that orders change before a scan reaches them. */
const SLOW = 2;
const FAST = 1000;
/** Also if other work runs on the machine. */
const HEALED_WITHIN_MS = 180_000;

/** T28: publishers die while a new destination gets the history of all orders, and orders go on changing. */
describe(`P9: backfills (SEED=${SEED})`, () => {
  let rig: Rig;
  let receiver: Receiver;
  let shops = 0;
  /** The number of the next order. */
  let next = 1001;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '1000', HOLD_FOR_CREATE_MS: '0' });
    await Promise.all([rig.startIngest(), rig.startWorker(), rig.startDashboard()]);
    receiver = await Receiver.open();
  });
  afterAll(async () => {
    await rig.close();
    await receiver.close();
  });
  beforeEach(() => rig.log.begin());

  /** Orders whose events come in any sequence. @returns delivers the other half of each life */
  async function half(shop: string, orders: number): Promise<() => Promise<void>> {
    const lives = livesOf(rig.random, shop, orders, next);
    next += orders;
    const middle = (life: readonly unknown[]) => Math.ceil(life.length / 2);
    await rig.deliverAll(rig.random.shuffled(lives.flatMap((life) => life.slice(0, middle(life)))));
    return () => rig.deliverAll(rig.random.shuffled(lives.flatMap((life) => life.slice(middle(life)))));
  }

  const ended = async (name: string) => {
    const found = await rig.collections.destinations.findById(name).lean();
    return (found?.backfill?.endedAt ?? null) !== null;
  };

  /**
   * A destination of a new shop is added, and a publisher is killed at this moment of its backfill. @returns what is
   * wrong then
   */
  async function killedAt(point: CrashPoint): Promise<EffectProof> {
    const shop = `backfill-${(shops += 1)}.myshopify.com`;
    const rest = await half(shop, times(6, 20));
    await rig.settled();
    receiver.received.length = 0;
    const name = `d-${randomUUID()}`;
    const fields = destinationFields({ url: receiver.url, backfillRate: SLOW, shops: [shop] });
    const store = createDestinationStore(rig.collections, Date.now);
    await store.put(name, fields, null, randomUUID(), { from: null });
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const caught = placing[point.link].intercept(point.pattern, point.part);
    const victim = await rig.startPublisher(placing);
    await rest();
    let reached = false;
    void caught.reached.then(() => (reached = true));
    while (!reached) {
      await (
        await half(shop, 1)
      )();
      await until(() => reached, 1000).catch(() => undefined);
    }
    await rig.kill(victim);
    caught.release();
    await rig.collections.destinations.updateOne({ _id: name }, { $set: { backfillRate: FAST } });
    const publisher = await rig.startPublisher();
    await (
      await half(shop, 2)
    )();
    await rig.settled();
    await until(() => ended(name), 60_000, 'the backfill to end');
    const proof = await proofOf(name, shop);
    await rig.collections.destinations.deleteOne({ _id: name });
    await rig.kill(publisher);
    return proof;
  }

  async function proofOf(name: string, shop: string): Promise<EffectProof> {
    const proof = async () => {
      const messages = receiver.bodies.map(({ id, order, sequence }) => ({ id, order: order.key, sequence }));
      return await proveEffects(rig.collections, name, messages, shop);
    };
    const isWhole = async () => {
      const { missing, open } = await proof();
      return missing + open === 0;
    };
    await until(isWhole, HEALED_WITHIN_MS, 'all effects').catch(() => undefined);
    return await proof();
  }

  test(`T28: a publisher is killed at ${BACKFILL_POINTS.length} moments of a backfill`, async () => {
    const rounds = times(1, 10);
    const began = performance.now();
    let reached = 0;
    for (let round = 0; round < rounds; round += 1)
      for (const point of BACKFILL_POINTS) {
        expect({ point: point.name, ...(await killedAt(point)) }).toEqual({
          point: point.name,
          ...NOTHING_WRONG,
        });
        reached += 1;
      }
    const healSeconds = Number(((performance.now() - began) / 1000 / reached).toFixed(1));
    const fault = `T28 publisher killed at ${BACKFILL_POINTS.length} moments of a backfill`;
    const runs = rounds * BACKFILL_POINTS.length;
    expectNothingBroken({ fault, runs, reached, healSeconds }, await rig.audit());
  }, 3_600_000);
});
