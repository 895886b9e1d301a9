import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readWorkerTimes, timesBetween } from '../../load-tests/sale/worker-times.ts';
import { createMetrics, type Metrics } from '../../src/system/metrics.ts';

/** A worker's metrics and nothing else of it, served as a worker serves them. */
interface Served {
  metrics: Metrics;
  url: string;
  server: Server;
}

const served: Served[] = [];
afterEach(async () => {
  for (const { server, metrics } of served.splice(0)) {
    metrics.registry.clear();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(): Promise<Served> {
  const metrics = createMetrics();
  const server = createServer((_request, response) => {
    void metrics.registry.metrics().then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  served.push({ metrics, url, server });
  return { metrics, url, server };
}

const NOTHING = { 'received to applied': null, 'lock wait': null, 'lock held': null, commit: null };

describe("times from the workers' metrics", () => {
  test('counts, means and bounds, summed over all workers', async () => {
    const [one, other] = [await serve(), await serve()];
    const urls = [one.url, other.url];
    const before = await readWorkerTimes(urls);
    // 100 commits: 97 take 3 ms here, 2 take 40 ms and one 0.3 s there.
    for (let i = 0; i < 97; i += 1) one.metrics.commitSeconds.observe(0.003);
    for (const seconds of [0.04, 0.04, 0.3]) other.metrics.commitSeconds.observe(seconds);
    const { commit, ...others } = timesBetween(before, await readWorkerTimes(urls));
    expect(commit).toEqual({ count: 100, meanMs: expect.closeTo(6.71), p50Ms: 5, p99Ms: 50 });
    expect(others).toEqual({ 'received to applied': null, 'lock wait': null, 'lock held': null });
  });

  test('only what happened between the two readings', async () => {
    const { metrics, url } = await serve();
    for (let i = 0; i < 50; i += 1) metrics.lockHoldSeconds.observe(0.001);
    const before = await readWorkerTimes([url]);
    metrics.lockHoldSeconds.observe(0.002);
    metrics.lockHoldSeconds.observe(0.008);
    const after = await readWorkerTimes([url]);
    expect(timesBetween(before, after)).toEqual({
      ...NOTHING,
      'lock held': { count: 2, meanMs: expect.closeTo(5), p50Ms: 2.5, p99Ms: 10 },
    });
    expect(timesBetween(after, after)).toEqual(NOTHING);
  });

  test('each time from its own metric', async () => {
    const { metrics, url } = await serve();
    const before = await readWorkerTimes([url]);
    metrics.endToEndSeconds.observe(0.4);
    metrics.lockWaitSeconds.observe(0.001);
    metrics.lockHoldSeconds.observe(0.02);
    metrics.commitSeconds.observe(0.2);
    // A metric with a similar name belongs to none of them.
    metrics.commitOrders.observe(7);
    const times = timesBetween(before, await readWorkerTimes([url]));
    expect(Object.entries(times).map(([name, each]) => [name, each?.count, each?.meanMs])).toEqual([
      ['received to applied', 1, expect.closeTo(400)],
      ['lock wait', 1, expect.closeTo(1)],
      ['lock held', 1, expect.closeTo(20)],
      ['commit', 1, expect.closeTo(200)],
    ]);
  });

  test('a time above every bucket has no bound', async () => {
    const { metrics, url } = await serve();
    const before = await readWorkerTimes([url]);
    metrics.commitSeconds.observe(60);
    const { commit } = timesBetween(before, await readWorkerTimes([url]));
    expect(commit).toMatchObject({ count: 1, meanMs: expect.closeTo(60_000), p99Ms: Infinity });
  });

  test('nothing, if no worker is known', async () => {
    expect(await readWorkerTimes([])).toBeNull();
    const { url } = await serve();
    expect(timesBetween(null, await readWorkerTimes([url]))).toEqual(NOTHING);
    expect(timesBetween(await readWorkerTimes([url]), null)).toEqual(NOTHING);
  });
});
