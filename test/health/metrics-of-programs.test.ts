import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { http } from '../support/http.ts';
import { Stack } from '../support/stack.ts';

const NAMES = createMetrics()
  .registry.getMetricsAsArray()
  .map((metric) => metric.name)
  .filter((name) => name.startsWith('lockstep_'));

describe('/metrics of all three programs, after an order has passed', () => {
  let stack: Stack;
  const texts: Record<string, string> = {};
  const life = lifeOf(randomFrom(7), 'metrics.myshopify.com', 4242, new Date('2026-11-20T10:00:00Z'));
  beforeAll(async () => {
    stack = await Stack.start();
    for (const delivery of [...life, ...life.slice(0, 2)]) await stack.send(delivery);
    await stack.drained();
    const urls = {
      ingest: stack.ingestUrls[0],
      worker: stack.workers[0]?.url,
      dashboard: stack.dashboardUrl,
    };
    for (const [name, url] of Object.entries(urls)) {
      for (const health of ['healthz', 'readyz']) expect((await http(`${url}/${health}`)).status).toBe(200);
      texts[name] = (await http(`${url}/metrics`)).text;
    }
  });
  afterAll(() => stack.stop());

  const figure = (program: string, series: string) =>
    Number(
      texts[program]
        ?.split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    );

  test.each(['ingest', 'worker', 'dashboard'])('%s shows every name of system/metrics.ts', (program) => {
    expect(NAMES.length).toBeGreaterThan(15);
    for (const name of NAMES)
      expect(texts[program]).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'));
    expect(texts[program]).toMatch(/^nodejs_eventloop_lag_seconds /m);
  });

  test.each(['ingest', 'worker', 'dashboard'])(
    '%s labels nothing with a shop, an order, an event or an id',
    (program) => {
      const labels = [...(texts[program] ?? '').matchAll(/[{,](\w+)="/g)].map(([, label]) => label);
      expect(labels.length).toBeGreaterThan(0);
      for (const label of labels) expect(label).not.toMatch(/shop|order|event|id$/i);
      expect(texts[program]).not.toContain('metrics.myshopify.com');
      expect(texts[program]).not.toContain(String(5_820_000_000_000 + 4_242_000));
    },
  );

  test('ingest counts answers by outcome and topic', () => {
    expect(figure('ingest', 'lockstep_received_total{outcome="accepted",topic="orders/create"}')).toBe(1);
    expect(figure('ingest', 'lockstep_received_total{outcome="duplicate",topic="orders/create"}')).toBe(1);
    expect(figure('ingest', 'lockstep_ack_seconds_count')).toBe(life.length + 2);
    expect(figure('ingest', 'lockstep_deposit_seconds_count')).toBe(life.length + 2);
  });

  test('the worker counts what was applied, and how long it took', () => {
    expect(figure('worker', 'lockstep_applied_total{outcome="applied"}')).toBe(life.length);
    expect(figure('worker', 'lockstep_end_to_end_seconds_count')).toBe(life.length);
    expect(figure('worker', 'lockstep_lock_hold_seconds_count')).toBeGreaterThan(0);
    expect(figure('worker', 'lockstep_fencing_rejected_total')).toBe(0);
  });

  test('every program shows that nothing is waiting', () => {
    for (const program of ['ingest', 'worker', 'dashboard'])
      expect(figure(program, 'lockstep_waiting_events')).toBe(0);
  });
});
