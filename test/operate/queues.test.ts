import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { queueRoutes } from '../../src/operate/api/queue-routes.ts';
import { createQueueReader } from '../../src/operate/status/queue-reader.ts';
import type { Queue } from '../../src/operate/shapes/queues.ts';
import { openDeposit, silent, type DepositInside } from '../support/in-process.ts';
import { oneByOne } from '../support/one-by-one.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

const REASON = 'a deployment is running';

describe('/api/queues', () => {
  let inside: DepositInside;
  let served: ServedRoutes;
  let workers: ReturnType<typeof openWorkers> = [];
  let drained: string[];
  let alive = 0;
  beforeAll(async () => {
    inside = await openDeposit({ partitions: 2 });
    const { redis, partitions, queues } = inside;
    served = await ServedRoutes.start(
      queueRoutes({
        redis,
        queues,
        read: createQueueReader(redis, partitions, queues, () => Promise.resolve(alive)),
        rates: () => ({ inPerSecond: 12.5, outPerSecond: null }),
      }),
    );
  });
  afterAll(async () => {
    await served.stop();
    await inside.close();
  });
  beforeEach(async () => {
    await inside.redis.flushdb();
    drained = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    workers = [];
    alive = 0;
  });

  function work(): void {
    const drain = oneByOne((order) => {
      drained.push(order);
      return Promise.resolve({ outcome: 'drained', events: 0 } as const);
    });
    workers = openWorkers(inside.redis, inside.partitions, 2, drain, {
      ...inside,
      log: silent,
      onFailure: () => undefined,
    });
    for (const worker of workers) void worker.run();
  }
  const deposited = async (...ids: string[]) => {
    for (const id of ids)
      await inside.depositor.deposit(waitingEvent('orders/paid', { id }, { order: keyOf(id) }), null);
    await inside.waker.flush();
  };
  const queues = async () => (await served.get('/queues')).json.queues as Queue[];
  const change = (place: string, verb: 'pause' | 'resume', role = 'operator') =>
    served.post(`/queues/${place}/${verb}`, { reason: REASON }, role);

  test('has the waiting events, jobs and workers of each partition, and the rates over all', async () => {
    await deposited('1', '2', '2', '3', '4', '5', '6');
    const { json } = await served.get('/queues');
    expect(json).toMatchObject({ inPerSecond: 12.5, outPerSecond: null });
    const found = await queues();
    expect(found.map(({ partition, paused, workers: working }) => [partition, paused, working])).toEqual([
      [0, false, 0],
      [1, false, 0],
    ]);
    const sum = (of: (queue: Queue) => number) => found.map(of).reduce((a, b) => a + b, 0);
    expect(sum(({ waitingEvents }) => waitingEvents)).toBe(7);
    expect(sum(({ waitingOrders }) => waitingOrders)).toBe(6);
    expect(sum(({ jobs }) => jobs.waiting)).toBe(6);
    for (const { waitingOrders, jobs } of found) expect(jobs.waiting).toBe(waitingOrders);
    alive = 3;
    expect((await queues()).map((queue) => queue.workers)).toEqual([3, 3]);
  });

  test('a paused queue starts no drain; its events still count as waiting; resumed, it continues', async () => {
    const paused = await change('all', 'pause');
    expect(paused.status).toBe(200);
    expect(paused.json.did).toContain('Queue 0 is paused. Queue 1 is paused.');
    expect(paused.json.did).toContain('survives restarts');
    work();
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    await deposited('1', '2', '3');
    const held = await queues();
    expect(held.map((each) => each.paused)).toEqual([true, true]);
    expect(held.map(({ jobs }) => jobs.waiting).reduce((a, b) => a + b, 0)).toBe(3);
    expect(drained).toEqual([]);
    expect((await change('all', 'resume')).json.did).toContain(
      'Queue 0 is running again. Queue 1 is running again.',
    );
    await until(() => drained.length === 3);
    expect((await queues()).map((each) => each.paused)).toEqual([false, false]);
  });

  test('one of several may be paused; a second time says that it already was', async () => {
    expect((await change('1', 'pause')).json.did).toContain('Queue 1 is paused.');
    expect((await change('1', 'pause')).json.did).toContain('Queue 1 was already paused.');
    expect((await queues()).map((each) => each.paused)).toEqual([false, true]);
    expect((await change('0', 'resume')).json.did).toContain('Queue 0 was not paused.');
  });

  test('is audited with who, what and why', async () => {
    const { json } = await change('0', 'pause');
    expect(served.acts.at(-1)).toMatchObject({
      action: 'queue.pause',
      target: 'queue 0',
      who: 'ada',
      reason: REASON,
      outcome: 'done',
      detail: json.did,
    });
  });

  test.each([
    ['2', 404],
    ['9999', 404],
    ['10000', 400],
    ['-1', 400],
    ['all%20', 400],
    ['__proto__', 400],
  ])('queue %s: %i, and nothing is paused', async (place, status) => {
    const answer = await change(place, 'pause');
    expect(answer.status).toBe(status);
    expect(answer.json.detail).toMatch(
      /no queue for partition \d+: partitions are 0 to 1|must be a partition number or all/,
    );
    expect((await queues()).map((each) => each.paused)).toEqual([false, false]);
  });

  test("is an operator's, with a reason", async () => {
    expect((await change('0', 'pause', 'viewer')).status).toBe(403);
    expect((await served.post('/queues/0/pause', {})).status).toBe(400);
    expect((await queues())[0]?.paused).toBe(false);
  });
});
