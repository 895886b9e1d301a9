import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Heartbeat } from '../../src/system/heartbeats.ts';
import { Sampler } from '../../src/operate/status/sampler.ts';
import type { Now, Sample, SystemStatus } from '../../src/operate/shapes/system.ts';
import { silent } from '../support/in-process.ts';

const BEGIN = Date.UTC(2026, 10, 27, 15);
const REDIS_AWAY = { accepted: null, duplicates: null, waitingEvents: null, oldestWaitMs: null };

describe('the samples, one a second', () => {
  let now: number;
  let status: Partial<SystemStatus>;
  let heartbeats: Heartbeat[];
  let sampler: Sampler;
  beforeEach(() => {
    now = BEGIN;
    status = { accepted: 0, duplicates: 0, waitingEvents: 0, oldestWaitMs: 0 };
    heartbeats = [];
    sampler = new Sampler({
      status: () => Promise.resolve(status as SystemStatus),
      heartbeats: () => Promise.resolve(heartbeats),
      log: silent,
      now: () => now,
    });
  });
  afterEach(() => sampler.stop());

  const worker = (applied: number, lastHeardMs = 0, more: Partial<Heartbeat> = {}): Heartbeat => ({
    program: 'worker',
    id: 'host:1',
    startedAt: BEGIN - 60_000,
    lastHeardMs,
    figures: { applied, drains: applied },
    ...more,
  });
  const ingest = (ackP99Ms: number | null, more: Partial<Heartbeat> = {}): Heartbeat => ({
    program: 'ingest',
    id: 'host:2',
    startedAt: BEGIN - 60_000,
    lastHeardMs: 100,
    figures: { acks: 1, ackP99Ms },
    ...more,
  });
  /** The sample of the next second, or `ms` later. */
  async function sampled(
    figures: Partial<SystemStatus>,
    told: Heartbeat[] = heartbeats,
    ms = 1000,
  ): Promise<Sample> {
    now += ms;
    status = { ...status, ...figures };
    heartbeats = told;
    await sampler.sample();
    const last = sampler.history().at(-1);
    if (!last) throw new Error('a sample was made');
    return last;
  }

  test('rates are the growth of counters per second', async () => {
    expect(await sampled({ accepted: 100, duplicates: 7 })).toMatchObject({
      acceptedPerSecond: null,
      duplicatesPerSecond: null,
    });
    expect(await sampled({ accepted: 130, duplicates: 8, waitingEvents: 5, oldestWaitMs: 250 })).toEqual({
      at: new Date(BEGIN + 2000).toISOString(),
      acceptedPerSecond: 30,
      duplicatesPerSecond: 1,
      appliedPerSecond: 0,
      ackP99Ms: null,
      waitingEvents: 5,
      oldestWaitMs: 250,
    });
    expect(await sampled({ accepted: 140 }, [], 2000)).toMatchObject({ acceptedPerSecond: 5 });
  });

  test('a counter that went down, because Redis was emptied, gives null and not a negative rate', async () => {
    await sampled({ accepted: 100 });
    expect((await sampled({ accepted: 3 })).acceptedPerSecond).toBeNull();
    expect((await sampled({ accepted: 5 })).acceptedPerSecond).toBe(2);
  });

  test('while Redis is down, and in the first sample afterwards, rates are unknown', async () => {
    await sampled({ accepted: 100 });
    expect(await sampled(REDIS_AWAY)).toMatchObject({
      acceptedPerSecond: null,
      duplicatesPerSecond: null,
      waitingEvents: null,
      oldestWaitMs: null,
    });
    expect((await sampled({ accepted: 900, duplicates: 0 })).acceptedPerSecond).toBeNull();
    expect((await sampled({ accepted: 903 })).acceptedPerSecond).toBe(3);
  });

  test('a clock that was set back gives null', async () => {
    await sampled({ accepted: 100 });
    expect((await sampled({ accepted: 110 }, [], -5000)).acceptedPerSecond).toBeNull();
  });

  test("workers' rates follow their own heartbeats: one that is seen twice is not a second without events", async () => {
    expect((await sampled({}, [worker(100, 900)])).appliedPerSecond).toBeNull();
    expect((await sampled({}, [worker(150, 900)])).appliedPerSecond).toBe(50);
    // The same heartbeat, a second older.
    expect((await sampled({}, [worker(150, 1900)])).appliedPerSecond).toBe(50);
    // Two heartbeats later: 2 s for 60 events.
    expect((await sampled({}, [worker(210, 900)])).appliedPerSecond).toBe(30);
  });

  test('are added up; a worker that was restarted or fell silent adds nothing', async () => {
    const other = (applied: number, more: Partial<Heartbeat> = {}) =>
      worker(applied, 0, { id: 'host:9', ...more });
    await sampled({}, [worker(0), other(1000)]);
    expect((await sampled({}, [worker(10), other(1020)])).appliedPerSecond).toBe(30);
    expect((await sampled({}, [worker(20), other(5, { startedAt: BEGIN })])).appliedPerSecond).toBe(10);
    expect((await sampled({}, [worker(30), other(15, { startedAt: BEGIN })])).appliedPerSecond).toBe(20);
    expect(
      (await sampled({}, [worker(40), other(15, { startedAt: BEGIN, lastHeardMs: 4000 })])).appliedPerSecond,
    ).toBe(10);
    expect((await sampled({}, [])).appliedPerSecond).toBe(0);
  });

  test('the ack p99 is that of the slowest ingest process that is alive', async () => {
    expect((await sampled({}, [ingest(null)])).ackP99Ms).toBeNull();
    const slow = ingest(40, { id: 'host:3' });
    expect((await sampled({}, [ingest(3), slow, worker(1)])).ackP99Ms).toBe(40);
    expect((await sampled({}, [ingest(3), { ...slow, lastHeardMs: 3001 }])).ackP99Ms).toBe(3);
  });

  test('are kept for 15 minutes', async () => {
    for (let i = 0; i < 910; i += 1) await sampled({ accepted: i });
    const samples = sampler.history();
    expect(samples).toHaveLength(900);
    expect(samples[0]?.at).toBe(new Date(BEGIN + 11_000).toISOString());
  });

  test('the current rates are the mean of the last ten', async () => {
    expect(sampler.rates()).toEqual({ inPerSecond: null, outPerSecond: null });
    await sampled({ accepted: 0 }, [worker(0)]);
    for (let i = 1; i <= 20; i += 1)
      await sampled({ accepted: i <= 10 ? i * 1000 : 10_000 + (i - 10) * 4 }, [worker(i * 2)]);
    expect(sampler.rates()).toEqual({ inPerSecond: 4, outPerSecond: 2 });
  });

  test('a listener gets the last sample at once and then the next ones; an ended one gets no more', async () => {
    await sampled({ waitingEvents: 1 }, [worker(1)]);
    const heard: Now[] = [];
    const unlisten = sampler.listen({ now: (one) => heard.push(one), end: () => undefined });
    await sampled({ waitingEvents: 2 });
    expect(heard.map(({ sample }) => sample.waitingEvents)).toEqual([1, 2]);
    expect(heard[0]?.programs).toEqual([
      { program: 'worker', id: 'host:1', startedAt: new Date(BEGIN - 60_000).toISOString(), lastHeardMs: 0 },
    ]);
    unlisten?.();
    await sampled({ waitingEvents: 3 });
    expect(heard).toHaveLength(2);
  });

  test('a slow reading is waited for, not overlapped', async () => {
    let asked = 0;
    const slow = Promise.withResolvers<SystemStatus>();
    const other = new Sampler({
      status: () => {
        asked += 1;
        return slow.promise;
      },
      heartbeats: () => Promise.resolve([]),
      log: silent,
      now: () => now,
    });
    const readings = [other.sample(), other.sample(), other.sample()];
    expect(asked).toBe(1);
    slow.resolve(status as SystemStatus);
    await Promise.all(readings);
    expect(other.history()).toHaveLength(1);
    await other.stop();
  });

  test('a reading that fails is one sample less; heartbeats that fail are one figure less', async () => {
    let fails = true;
    const other = new Sampler({
      status: () =>
        fails ? Promise.reject(new Error('a surprise')) : Promise.resolve(status as SystemStatus),
      heartbeats: () => Promise.reject(new Error('Redis is down')),
      log: silent,
      now: () => now,
    });
    await other.sample();
    expect(other.history()).toEqual([]);
    fails = false;
    await other.sample();
    expect(other.history()).toMatchObject([{ appliedPerSecond: null, waitingEvents: 0 }]);
    await other.stop();
  });
});
