import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { lanesPerJob } from '../../src/publish/lane-jobs.ts';
import { LaneQueues } from '../../src/publish/lane-queues.ts';
import { inPartitionOf } from '../../src/system/redis-keys.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { createLocks } from '../../src/lock/locks.ts';
import { until } from '../support/until.ts';
import { destinationFields, Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

describe('how many lanes share a job', () => {
  const NOTHING_WAITS = 0;
  test.each([
    ['few lanes have a job each', 10, NOTHING_WAITS, { concurrency: 10 }, 1],
    ['all slots are filled first', 30, NOTHING_WAITS, { concurrency: 10 }, 3],
    ['slots that waiting jobs will take do not count', 30, 5, { concurrency: 10 }, 6],
    ['no slot is free', 3, 10, { concurrency: 10 }, 20],
    ['many slots: fewer lanes, so that an urgent one does not wait long', 3000, 0, { concurrency: 200 }, 3],
    ['with a rate, BullMQ counts jobs', 30, 10, { rate: { max: 5, durationMs: 1000 } }, 1],
    ['a run of a handler takes long', 30, 10, { kind: 'handler' as const }, 1],
  ])('%s', (_, lanes, waiting, fields, expected) => {
    expect(lanesPerJob(lanes, waiting, destinationFields(fields))).toBe(expected);
  });
});

describe('lanes that share a job', () => {
  const NAME = 'shared';
  let publishing: Publishing;
  let receiver: Receiver;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    publishing = await Publishing.open({ LOCK_TTL_MS: '2000' });
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    receiver = await Receiver.open();
    await publishing.destination(NAME, { url: receiver.url, concurrency: 1 });
  });
  afterEach(async () => {
    await stop();
    await publishing.inside.collections.destinations.deleteMany({});
    await publishing.inside.collections.effects.deleteMany({});
    await publishing.inside.redis.flushdb();
    await receiver.close();
  });

  const start = async () => {
    stop = await publishing.start();
  };
  const arrived = () => receiver.bodies.map(({ order }) => order.key);
  const queues = () => {
    const { redis, partitions, log } = publishing.inside;
    return new LaneQueues(redis, partitions, log);
  };

  test('are sent one at a time, each once', async () => {
    const orders = await publishing.created(30);
    await start();
    await publishing.settled(NAME);
    expect(arrived().toSorted()).toEqual(orders.toSorted());
    expect(receiver.mostAtATime).toBe(1);
    // A job ends some milliseconds after its last effect.
    await until(async () => (await publishing.waitingJobs(NAME)) === 0);
    const { redis, partitions } = publishing.inside;
    expect(await redis.hlen(inPartitionOf(NAME, partitions).lanesWoken(NAME))).toBe(0);
  });

  test('one that is locked elsewhere does not keep the others', async () => {
    const [locked = '', ...others] = await publishing.created(10);
    const { redis, partitions } = publishing.inside;
    const locks = createLocks([redis], 30_000, () => undefined, 'another program');
    const lease = await locks.acquire(inPartitionOf(NAME, partitions).laneLock(NAME, locked), 'its job');
    await start();
    await until(() => receiver.received.length === others.length);
    expect(arrived()).not.toContain(locked);
    await lease?.release();
    await publishing.settled(NAME);
    expect(arrived().at(-1)).toBe(locked);
  });

  test('one that is refused waits for its schedule, and the others continue', async () => {
    const [refused, ...others] = await publishing.created(10);
    receiver.answering = ({ text }) => ({ status: text.includes(`"key":"${refused}"`) ? 400 : 200 });
    await start();
    await until(async () => (await publishing.effects({ state: 'done' })).length === others.length);
    const [waiting] = await publishing.effects({ open: true });
    expect(waiting).toMatchObject({ order: refused, state: 'failing', attempts: 1 });
    await until(async () => (await publishing.waitingJobs(NAME)) === 1);
    receiver.answering = () => ({ status: 200 });
    await publishing.hurry();
    await publishing.settled(NAME);
  });

  test('one whose effect is damaged fails alone', async () => {
    const [damaged = '', ...others] = await publishing.created(10);
    const { collections } = publishing.inside;
    const destinations = createDestinationStore(collections, Date.now);
    await destinations.pause(NAME, 'a test', 'operator');
    await start();
    await until(async () => (await publishing.effects()).length === 10);
    const occurs = async (at: unknown) =>
      await collections.effects.collection.updateOne({ order: damaged }, { $set: { occurredAt: at } });
    await occurs('soon');
    await destinations.resume(NAME);
    await until(async () => (await publishing.effects({ state: 'done' })).length === others.length);
    expect(await publishing.effects({ open: true })).toMatchObject([{ order: damaged, state: 'waiting' }]);
    await occurs(new Date());
    await publishing.settled(NAME);
    expect(arrived().at(-1)).toBe(damaged);
  });

  test('wait together if the other side asks for a pause', async () => {
    await publishing.created(10);
    receiver.answering = () => ({ status: 503, headers: { 'retry-after': '2' } });
    await start();
    await until(async () => (await publishing.effects({ state: 'failing' })).length === 1);
    receiver.answering = () => ({ status: 200 });
    const at = receiver.received[0]?.at ?? 0;
    await until(() => receiver.received.length > 1);
    expect((receiver.received[1]?.at ?? 0) - at).toBeGreaterThan(1900);
    await publishing.hurry();
    await publishing.settled(NAME);
  });

  test('are handed on if the job takes long', async () => {
    const orders = await publishing.created(12);
    receiver.delayMs = 200;
    await start();
    await publishing.settled(NAME);
    expect(arrived().toSorted()).toEqual(orders.toSorted());
    expect(receiver.mostAtATime).toBe(1);
  });

  test('a job that an earlier version stored is replaced', async () => {
    const [order = ''] = await publishing.created(1);
    const deduplication = { id: `${order}:normal`, keepLastIfActive: true };
    await queues()
      .of(NAME)
      .add('lane', { order } as never, { deduplication });
    await start();
    await publishing.settled(NAME);
    expect(arrived()).toEqual([order]);
  });

  test('are not taken for lost while their job waits, and are if it does not exist', async () => {
    const [first = '', second = ''] = await publishing.created(2);
    const destination = await publishing.destination(NAME, { url: receiver.url, concurrency: 1 });
    await queues().add(destination, 'normal', [first, second]);
    expect(await queues().withoutJob(NAME, [first, second, 'another'])).toEqual(['another']);
    await queues().of(NAME).obliterate({ force: true });
    expect(await queues().withoutJob(NAME, [first, second])).toEqual([first, second]);
    await start();
    await publishing.settled(NAME);
  });
});
