import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { proveEffects, type EffectProof } from '../../testkit/proof/prove-effects.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { destinationFields } from '../publish/publishing.ts';
import { Receiver } from '../publish/receiver.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { SetClock } from './clock-off.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig, type Program } from './rig.ts';

const NAME = 'erp';
const NOTHING_WRONG: EffectProof = { missing: 0, twice: 0, inversions: 0, open: 0 };
/** How many messages may be on their way when the window opens. */
const CONCURRENCY = 10;
/** The other side is slow at first, so that messages still wait when the window opens, and then fast. */
const SLOW_MS = 300;
const FAST_FROM_MS = 250;
const ORDERS = times(25, 60);
/** How long publishers run before and after each edge. A change of a destination takes effect within 1 s. */
const NEAR_MS = times(1200, 3000);
const HOUR_MS = 3_600_000;
const WINDOW_MS = 600_000;
const KILLS = 4;

/**
 * T32: publishers are killed when a pause window opens, within it, and when it closes. Windows open at full minutes and
 * are long, so the clock of the publishers is set to a second before each edge.
 */
describe(`P9: pause windows (SEED=${SEED})`, () => {
  let rig: Rig;
  let receiver: Receiver;
  let shops = 0;
  let clock: SetClock;
  /** When messages arrived, by the publishers' clock. */
  let arrivals: number[] = [];
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '1000', HOLD_FOR_CREATE_MS: '0' });
    clock = new SetClock(`${rig.folder}/clock`);
    await Promise.all([rig.startIngest(), rig.startWorker()]);
    receiver = await Receiver.open();
    receiver.answering = () => {
      arrivals.push(clock.now());
      return { status: 200 };
    };
  });
  afterAll(async () => {
    await rig.close();
    await receiver.close();
  });
  beforeEach(() => rig.log.begin());

  const reaches = async (time: number) => {
    await until(() => clock.now() >= time, 60_000, 'a time of the clock');
  };
  const load = async (orders: number) => {
    const lives = livesOf(rig.random, `windows-${(shops += 1)}.myshopify.com`, orders);
    await rig.deliverAll(rig.random.shuffled(lives.flat()));
    await rig.settled();
  };
  const start = async () => await rig.startPublisher({ env: clock.env });
  const startTwo = async (): Promise<[Program, Program]> => await Promise.all([start(), start()]);
  const arrivedIn = (from: number, to: number) => arrivals.filter((at) => at >= from && at < to).length;

  /** Puts the destination with a window. @returns when it opens, by the publishers' clock */
  async function windowAhead(): Promise<number> {
    const later = clock.now() + HOUR_MS;
    const opensAt = later - (later % 60_000);
    const shown = (at: number) => new Date(at).toISOString().slice(11, 16);
    const window = { days: null, from: shown(opensAt), to: shown(opensAt + WINDOW_MS), timeZone: 'UTC' };
    const store = createDestinationStore(rig.collections, Date.now);
    const known = await store.one(NAME);
    const fields = destinationFields({ url: receiver.url, concurrency: CONCURRENCY, pauseWindows: [window] });
    await store.put(NAME, fields, known?.revision ?? null, randomUUID());
    return opensAt;
  }

  /** @returns whether messages were on their way or waiting at each edge */
  async function killedAtEachEdge(): Promise<boolean> {
    const opensAt = await windowAhead();
    const closesAt = opensAt + WINDOW_MS;
    await load(ORDERS);
    receiver.delayMs = SLOW_MS;
    const [atOpening, inside] = await startTwo();
    await until(() => arrivals.length >= CONCURRENCY, 60_000, 'messages before the window');
    clock.set(opensAt - NEAR_MS);
    await reaches(opensAt - FAST_FROM_MS);
    receiver.delayMs = 0;
    await reaches(opensAt);
    await rig.kill(atOpening);
    await reaches(opensAt + NEAR_MS);
    await rig.kill(inside);
    const before = arrivedIn(0, opensAt);
    const waiting = await rig.collections.effects.countDocuments({ destination: NAME, open: true });
    // A publisher that starts within the window, while orders change.
    const second = await start();
    await load(2);
    await reaches(clock.now() + NEAR_MS);
    await rig.kill(second);

    const [atClosing] = await startTwo();
    clock.set(closesAt - NEAR_MS);
    await reaches(closesAt);
    await rig.kill(atClosing);
    // What was on its way when the window opened, and nothing else.
    expect(arrivedIn(opensAt, closesAt)).toBeLessThanOrEqual(CONCURRENCY);
    await until(() => arrivedIn(closesAt, Infinity) > 0, 20_000, 'messages after the window');
    return before > 0 && waiting > 0;
  }

  /** Everything has been sent, and its publishers are gone. @returns what is wrong */
  async function sentAfterIt(): Promise<EffectProof> {
    const proof = async () => {
      const messages = receiver.bodies.map(({ id, order, sequence }) => ({ id, order: order.key, sequence }));
      return await proveEffects(rig.collections, NAME, messages);
    };
    const isWhole = async () => {
      if (await rig.collections.effects.exists({ destination: NAME, open: true })) return false;
      const { missing, open } = await proof();
      return missing + open === 0;
    };
    await until(isWhole, 60_000, 'all effects').catch(() => undefined);
    while (rig.publishers[0]) await rig.kill(rig.publishers[0]);
    return await proof();
  }

  test('T32: a publisher is killed when a window opens, twice within it, and when it closes', async () => {
    const runs = times(1, 10);
    let reached = 0;
    let healMs = 0;
    for (let round = 0; round < runs; round += 1) {
      arrivals = [];
      const wereWaiting = await killedAtEachEdge();
      const began = performance.now();
      expect(await sentAfterIt()).toEqual(NOTHING_WRONG);
      healMs = Math.max(healMs, performance.now() - began);
      // Only what a killed publisher was sending may come twice, with the same id.
      const ids = new Set(receiver.received.map(({ id }) => id));
      expect(receiver.received.length - ids.size).toBeLessThanOrEqual((round + 1) * KILLS * CONCURRENCY);
      reached += Number(wereWaiting) * KILLS;
    }
    const healSeconds = Number((healMs / 1000).toFixed(1));
    const fault = 'T32 publisher killed at 4 moments of a pause window';
    expectNothingBroken({ fault, runs: runs * KILLS, reached, healSeconds }, await rig.audit());
  }, 3_600_000);
});
