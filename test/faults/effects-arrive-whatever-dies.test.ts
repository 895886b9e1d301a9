import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { proveEffects, type EffectProof } from '../../testkit/proof/prove-effects.ts';
import { startMongo } from '../../testkit/local/mongo.ts';
import { startRedis } from '../../testkit/local/redis.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { Receiver } from '../publish/receiver.ts';
import { destinationFields } from '../publish/publishing.ts';
import { Link } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { PUBLISHER_POINTS, type CrashPoint } from './crash-points.ts';
import { expectNothingBroken, FULL, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const NAME = 'erp';
const NOTHING_WRONG: EffectProof = { missing: 0, twice: 0, inversions: 0, open: 0 };
/** So few messages at a time that jobs wake several lanes. */
const FEW = 3;
/** The pauses between attempts are too long for a test: effects that wait become due at once. */
const DUE_EVERY_MS = 500;
/** At a time. 600 kills one after another would take an hour: most of each is the start of a program. */
const VICTIMS = times(1, 3);
/** Longer than a message may take, so that silence is noticed. */
const LINK_FAULT_MS = 6000;
/**
 * In full, publishers die before they have sent much: thousands of effects wait, for a few messages at a time. After half
 * an hour of failures, the first attempt may be due another half an hour later.
 */
const HEALED_WITHIN_MS = times(60_000, 2_400_000);

/** T27: publishers, the other side and the servers die while effects are sent. */
describe(`P9: effects (SEED=${SEED})`, () => {
  let rig: Rig;
  let receiver: Receiver;
  /** Messages go through it. */
  let way: Link;
  let hurrying: NodeJS.Timeout;
  let shops = 0;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: '1000', HOLD_FOR_CREATE_MS: '0' });
    await Promise.all([rig.startIngest(), rig.startWorker(), rig.startDashboard()]);
    receiver = await Receiver.open();
    way = await Link.to(Number(new URL(receiver.url).port));
    const url = `http://127.0.0.1:${way.port}/hook`;
    const store = createDestinationStore(rig.collections, Date.now);
    await store.put(NAME, destinationFields({ url, concurrency: FEW }), null, randomUUID());
    hurryUp();
  });
  afterAll(async () => {
    clearInterval(hurrying);
    await rig.close();
    await way.close();
    await receiver.close();
  });
  beforeEach(() => {
    rig.log.begin();
    receiver.answering = () => ({ status: 200 });
    receiver.delayMs = 0;
  });

  const hurryUp = () => {
    hurrying = setInterval(() => void hurry().catch(() => undefined), DUE_EVERY_MS);
  };

  /** Failing effects of the last half second are due now, and their delayed jobs with them. */
  async function hurry(): Promise<void> {
    await rig.collections.effects.updateMany({ state: 'failing' }, { $set: { dueAt: new Date(0) } });
    const queue = `lockstep:{0}:effects-${NAME}`;
    const ids = await rig.direct.zrange(`${queue}:delayed`, '0', '-1');
    for (const id of ids) await rig.direct.zadd(`${queue}:delayed`, 'XX', '0', id);
  }

  const load = async (orders: number) => {
    const lives = livesOf(rig.random, `effects-${(shops += 1)}.myshopify.com`, orders);
    await rig.deliverAll(rig.random.shuffled(lives.flat()));
  };

  /** Starts a publisher, sends an order now and then until it reaches the moment, and kills it right there. */
  async function killPublisherAt(point: CrashPoint): Promise<void> {
    const placing = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const caught = placing[point.link].intercept(point.pattern, point.part);
    const victim = await rig.startPublisher(placing);
    let isReached = false;
    void caught.reached.then(() => (isReached = true));
    while (!isReached) {
      await load(1);
      await until(() => isReached, 1000).catch(() => undefined);
    }
    await rig.kill(victim);
    caught.release();
  }

  /** Waits until everything has arrived, and records the run. @returns what is wrong */
  async function arrived(fault: string, runs = 1, reached = 1): Promise<EffectProof> {
    const began = performance.now();
    await rig.settled();
    const { collections } = rig;
    const proof = async () => {
      const messages = receiver.bodies.map(({ id, order, sequence }) => ({ id, order: order.key, sequence }));
      return await proveEffects(collections, NAME, messages);
    };
    const isWhole = async () => {
      // The whole proof takes seconds after many kills, and the receiver is in this process.
      if (await collections.effects.exists({ destination: NAME, open: true })) return false;
      const { missing, open } = await proof();
      return missing + open === 0;
    };
    await until(isWhole, HEALED_WITHIN_MS, 'all effects').catch(() => undefined);
    const healSeconds = Number(((performance.now() - began) / 1000).toFixed(1));
    expectNothingBroken({ fault, runs, reached, healSeconds }, await rig.audit());
    return await proof();
  }

  /** Sends orders, and does something once the first messages have arrived. */
  async function whileSending(orders: number, act: (loading: Promise<void>) => Promise<void>): Promise<void> {
    if (rig.publishers.length === 0) await rig.startPublisher();
    const before = receiver.received.length;
    const loading = load(orders);
    await until(() => receiver.received.length > before + 5);
    await act(loading);
    await loading;
  }

  test(`T27: a publisher is killed at ${PUBLISHER_POINTS.length} moments`, async () => {
    const rounds = times(1, 50);
    const points = Array.from({ length: rounds }, () => PUBLISHER_POINTS).flat();
    let reached = 0;
    const killSome = async () => {
      for (let point = points.shift(); point; point = points.shift()) {
        await killPublisherAt(point);
        reached += 1;
      }
    };
    // If one fails, the others end, too: what they send would disturb the next test.
    const killing = Array.from({ length: VICTIMS }, () =>
      killSome().finally(() => {
        points.length = 0;
      }),
    );
    for (const each of await Promise.allSettled(killing)) if (each.status === 'rejected') throw each.reason;
    await rig.startPublisher();
    expect(
      await arrived('T27 publisher killed at 12 moments', rounds * PUBLISHER_POINTS.length, reached),
    ).toEqual(NOTHING_WRONG);
  }, 3_600_000);

  test.each(['answers 500', 'is slow', 'never answers', 'answers and closes'])(
    'T27: the other side %s',
    async (trouble) => {
      if (rig.publishers.length === 0) await rig.startPublisher();
      const before = receiver.received.length;
      let healthy = 0;
      receiver.answering = () => {
        healthy += 1;
        const isWell = healthy % 4 === 0;
        if (trouble === 'answers 500') return { status: isWell ? 200 : 500 };
        if (trouble === 'never answers') return isWell ? { status: 200 } : undefined;
        if (trouble === 'answers and closes') return { status: 200, headers: { connection: 'close' } };
        return { status: 200 };
      };
      receiver.delayMs = trouble === 'is slow' ? 900 : 0;
      await load(times(5, 30));
      await until(() => receiver.received.length > before + 10);
      receiver.answerAll(200);
      receiver.delayMs = 0;
      expect(await arrived(`T27 the other side ${trouble}`)).toEqual(NOTHING_WRONG);
    },
    900_000,
  );

  test.each([
    ['cut', 'cut'],
    ['reset', 'reset'],
    ['half-open', 'stall'],
    ['one byte at a time', 'slice'],
  ] as const)(
    `T27: the connections to the other side: %s, ${LINK_FAULT_MS / 1000} s`,
    async (name, fault) => {
      await whileSending(times(20, 60), async () => {
        way[fault]();
        await sleep(LINK_FAULT_MS);
        way.heal();
      });
      expect(way.hits).toBeGreaterThan(0);
      expect(await arrived(`T27 publisher to the other side ${name}, ${LINK_FAULT_MS / 1000} s`)).toEqual(
        NOTHING_WRONG,
      );
    },
    300_000,
  );

  // By the real schedule: nothing makes its pauses shorter.
  (FULL ? test : test.skip)(
    'T27: the other side answers 500 for 30 minutes',
    async () => {
      clearInterval(hurrying);
      if (rig.publishers.length === 0) await rig.startPublisher();
      receiver.answerAll(500);
      await load(30);
      await sleep(30 * 60_000);
      receiver.answerAll(200);
      expect(await arrived('T27 the other side answers 500 for 30 minutes')).toEqual(NOTHING_WRONG);
      hurryUp();
    },
    2 * 3_600_000,
  );

  test('T27: Redis forgets everything while effects wait', async () => {
    if (rig.publishers.length === 0) await rig.startPublisher();
    receiver.answering = () => ({ status: 503 });
    const before = receiver.received.length;
    await load(times(5, 30));
    await rig.settled();
    await until(() => receiver.received.length > before);
    await rig.direct.flushall();
    receiver.answering = () => ({ status: 200 });
    expect(await arrived('T27 FLUSHALL while effects wait')).toEqual(NOTHING_WRONG);
  }, 300_000);

  test('T27: Redis is killed while effects are sent', async () => {
    await whileSending(times(10, 60), async () => {
      const { pid, port } = rig.redis;
      process.kill(pid, 'SIGKILL');
      rig.redis = await startRedis(`${rig.folder}/redis`, port);
    });
    expect(await arrived('T27 Redis killed while effects are sent')).toEqual(NOTHING_WRONG);
  }, 300_000);

  test('T27: MongoDB is killed while effects are sent', async () => {
    await whileSending(times(10, 60), async (loading) => {
      const { pid, port } = rig.mongo;
      process.kill(pid, 'SIGKILL');
      await loading;
      rig.mongo = await startMongo(`${rig.folder}/mongo`, port);
    });
    expect(await arrived('T27 MongoDB killed while effects are sent')).toEqual(NOTHING_WRONG);
  }, 300_000);
});
