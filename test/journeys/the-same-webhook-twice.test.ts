import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

describe('the same webhook twice', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
  });
  afterAll(() => stack.stop());

  test("P3: an order's life sent twice is applied once, and the second is reported as duplicates", async () => {
    const life = lifeOf(randomFrom(1), 'twice.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z'));
    const key = 'twice.myshopify.com/5820001001000';
    for (const delivery of life) expect((await stack.send(delivery)).json.outcome).toBe('accepted');
    await stack.drained();
    const before = await stack.order(key);
    for (const delivery of life) {
      const { status, json } = await stack.send(delivery);
      expect(status).toBe(200);
      expect(json).toMatchObject({ outcome: 'duplicate', event: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(Date.parse(String(json.firstSeenAt))).toBeGreaterThan(0);
    }
    await stack.drained();
    expect(await stack.order(key)).toEqual(before);
    expect(before).toMatchObject({ status: 'shipped', financialStatus: 'partially_refunded' });
    expect(before.fulfillments).toMatchObject([{ shipmentStatus: 'in_transit' }, { trackingCompany: 'UPS' }]);
    expect(before.transactions).toHaveLength(2);
    expect(before.refunds).toHaveLength(1);

    const timeline = await stack.timeline(key);
    expect(timeline.map((entry) => entry.sequence)).toEqual(life.map((_, i) => i + 1));
    expect(timeline.map((entry) => entry.topic)).toEqual(life.map((delivery) => delivery.topic));
    expect(timeline.map((entry) => entry.outcome)).toEqual(life.map(() => 'applied'));
    expect(timeline.map((entry) => entry.duplicates)).toEqual(life.map(() => 1));

    const changes = async () => (await stack.api('/changes?wait=5')).json.changes as { sequence: number }[];
    await until(async () => (await changes()).length >= life.length);
    expect((await changes()).map((change) => change.sequence)).toEqual(life.map((_, i) => i + 1));
  });
});
