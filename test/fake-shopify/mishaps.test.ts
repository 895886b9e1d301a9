import { afterEach, describe, expect, test } from '@jest/globals';
import { disordered, IN_ORDER, type Percentages } from '../../testkit/fake-shopify/disorder.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { FalseIngest } from '../load-tests/false-ingest.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { startWithShop, stopAll } from './asking.ts';

const LIVES = livesOf(randomFrom(7), 'a-shop.myshopify.com', 500);
const ALL = LIVES.flat();

function befallen(percent: Partial<Percentages>) {
  const random = randomFrom(3);
  const results = LIVES.map((life) => disordered(life, { ...IN_ORDER, ...percent }, random));
  const sum = (of: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    atOnce: results.flatMap(({ atOnce }) => atOnce),
    late: results.flatMap(({ late }) => late),
    held: sum(({ held }) => held.length),
    count: (mishap: keyof Percentages) => sum(({ count }) => count[mishap]),
    results,
  };
}

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ webhookId }) => webhookId);
const percentOf = (count: number) => (100 * count) / ALL.length;

describe('the switches do what they say', () => {
  test('without any, everything is sent as it happened', () => {
    expect(idsOf(befallen({}).atOnce)).toEqual(idsOf(ALL));
  });

  test('drop: three in a hundred are never sent', () => {
    const { atOnce, late, count } = befallen({ drop: 3 });
    expect(percentOf(count('drop'))).toBeCloseTo(3, 0);
    expect(atOnce.length + count('drop')).toBe(ALL.length);
    expect(late).toEqual([]);
  });

  test('delay: they arrive, one to ten minutes late', () => {
    const { atOnce, late, count } = befallen({ delay: 10 });
    expect(percentOf(late.length)).toBeCloseTo(10, 0);
    expect(count('delay')).toBe(late.length);
    expect(atOnce.length + late.length).toBe(ALL.length);
    expect(late.every(({ ms }) => ms >= 60_000 && ms < 600_000)).toBe(true);
  });

  test('duplicate: they arrive twice, with the same id', () => {
    const { atOnce, count } = befallen({ duplicate: 20 });
    expect(percentOf(count('duplicate'))).toBeCloseTo(20, -0.3);
    expect(atOnce.length - ALL.length).toBe(count('duplicate'));
    expect(new Set(idsOf(atOnce)).size).toBe(ALL.length);
  });

  test('reorder: all arrive, some after their successors; the last of a batch arrives late', () => {
    const { results, late, count } = befallen({ reorder: 30 });
    expect(percentOf(count('reorder'))).toBeCloseTo(30, -0.3);
    const moved = results.filter(({ atOnce, late: kept }, i) => {
      const lates = new Set(kept.map(({ delivery }) => delivery));
      const left = LIVES[i]?.filter((delivery) => !lates.has(delivery)) ?? [];
      expect(idsOf(atOnce).toSorted()).toEqual(idsOf(left).toSorted());
      return idsOf(atOnce).join() !== idsOf(left).join();
    });
    expect(moved.length).toBeGreaterThan(LIVES.length / 2);
    expect(late.every(({ ms }) => ms === 5_000)).toBe(true);
  });

  test('all of them together: each takes its share, and a seed repeats it', () => {
    const percent = { drop: 3, delay: 3, duplicate: 2, reorder: 5, hold: 4 };
    const [one, two] = [befallen(percent), befallen(percent)];
    expect(percentOf(one.count('drop'))).toBeCloseTo(3, 0);
    expect(percentOf(one.held)).toBeCloseTo(4, 0);
    expect(idsOf(one.atOnce)).toEqual(idsOf(two.atOnce));
    expect(one.late).toEqual(two.late);
  });
});

describe('in a shop', () => {
  const ingests: FalseIngest[] = [];
  afterEach(async () => {
    await stopAll();
    await Promise.all(ingests.splice(0).map((ingest) => ingest.close()));
  });

  async function selling() {
    const ingest = await FalseIngest.start(() => ({ status: 200, json: {} }));
    ingests.push(ingest);
    const both = await startWithShop({ webhooksUrl: `${ingest.url}/webhooks` });
    return { ingest, ...both };
  }

  test("a dropped webhook's action still happened", async () => {
    const { ingest, shopify, shop } = await selling();
    shop.switch({ drop: 100 });
    const orders = await shop.sell(3);
    await shopify.settled();
    expect(ingest.attempts).toEqual([]);
    expect(shop.webhooks.drop).toBeGreaterThan(20);
    expect(orders.every((order) => order.rest().financial_status !== 'pending')).toBe(true);
  });

  test('a late webhook arrives after everything that was sold', async () => {
    const { ingest, shopify, shop } = await selling();
    shop.switch({ delay: 20 });
    await shop.sell(30);
    await shopify.settled();
    const { delay, delivered } = shop.webhooks;
    expect(ingest.attempts).toHaveLength(delivered);
    const times = ingest.attempts.map(({ headers }) => Date.parse(String(headers['x-shopify-triggered-at'])));
    const before = times.filter((time, i) => times.slice(0, i).some((earlier) => earlier > time));
    expect(delay).toBeGreaterThan(0);
    expect(before.length).toBeGreaterThanOrEqual(delay / 2);
  });

  test('a held webhook is sent when it is released', async () => {
    const { ingest, shopify, shop } = await selling();
    shop.switch({ hold: 100 });
    shop.uninstall();
    shop.switch({ hold: 0 });
    shop.reinstall();
    await shopify.settled();
    expect(ingest.attempts).toEqual([]);
    shop.release();
    await until(() => ingest.attempts.length === 1);
    expect(ingest.attempts[0]?.headers['x-shopify-topic']).toBe('app/uninstalled');
    expect(shop.installed).toBe(true);
  });
});
