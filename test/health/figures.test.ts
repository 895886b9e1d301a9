import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/system/metrics.ts';
import { ingestFigures, quantile, workerFigures } from '../../src/health/figures.ts';

describe("ingest's figures", () => {
  test('the 99th percentile covers the answers since the last heartbeat, and is null if there are none', async () => {
    const metrics = createMetrics();
    const figures = ingestFigures(metrics);
    expect(await figures()).toEqual({ acks: 0, forged: 0, ackP99Ms: null });
    for (let i = 0; i < 100; i += 1) metrics.ackSeconds.observe(0.3);
    metrics.received.inc({ outcome: 'forged', topic: 'unknown' });
    const slow = await figures();
    expect(slow.forged).toBe(1);
    expect(slow.acks).toBe(100);
    expect(slow.ackP99Ms).toBeCloseTo(497.5);
    for (let i = 0; i < 100; i += 1) metrics.ackSeconds.observe(0.0005);
    const quick = await figures();
    expect(quick.acks).toBe(200);
    expect(quick.ackP99Ms).toBeCloseTo(0.99);
    expect(await figures()).toEqual({ acks: 200, forged: 1, ackP99Ms: null });
  });

  test('one slow answer of a hundred does not raise it; two do', async () => {
    const metrics = createMetrics();
    const figures = ingestFigures(metrics);
    for (let i = 0; i < 99; i += 1) metrics.ackSeconds.observe(0.0005);
    metrics.ackSeconds.observe(2);
    expect((await figures()).ackP99Ms).toBeCloseTo(1);
    for (let i = 0; i < 98; i += 1) metrics.ackSeconds.observe(0.0005);
    for (let i = 0; i < 2; i += 1) metrics.ackSeconds.observe(2);
    expect((await figures()).ackP99Ms).toBeGreaterThan(1000);
  });

  test('a time beyond the last bound is reported as that bound', async () => {
    const metrics = createMetrics();
    const figures = ingestFigures(metrics);
    metrics.ackSeconds.observe(60);
    expect((await figures()).ackP99Ms).toBe(5000);
  });
});

test('a quantile is interpolated linearly within its bucket', () => {
  const buckets = [
    { bound: 10, count: 0 },
    { bound: 20, count: 50 },
    { bound: 40, count: 100 },
    { bound: Infinity, count: 100 },
  ];
  expect(quantile(buckets, 0.25)).toBe(15);
  expect(quantile(buckets, 0.5)).toBe(20);
  expect(quantile(buckets, 0.75)).toBe(30);
  expect(quantile(buckets, 1)).toBe(40);
  expect(quantile([], 0.5)).toBeNull();
});

test("a worker's figures count processed events and drains, over all labels", async () => {
  const metrics = createMetrics();
  const figures = workerFigures(metrics);
  expect(await figures()).toEqual({ applied: 0, drains: 0 });
  metrics.applied.inc({ outcome: 'applied' }, 3);
  metrics.applied.inc({ outcome: 'parked' }, 2);
  metrics.drains.inc({ outcome: 'drained' });
  metrics.drains.inc({ outcome: 'busy' });
  expect(await figures()).toEqual({ applied: 5, drains: 2 });
});
