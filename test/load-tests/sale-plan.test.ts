import { describe, expect, test } from '@jest/globals';
import { planSale, TOPICS, type Sale, type SaleOptions, type TopicName } from '../../load-tests/sale/plan.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';

const USUAL: TopicName[] = ['create', 'transaction', 'paid', 'updated'];
const OPTIONS: SaleOptions = {
  orders: 200,
  shops: 3,
  topics: USUAL,
  dup: 10,
  shuffle: 20,
  seed: 1,
  id: 'test',
};
/**
 * In a calm sale, 50 other orders begin between two events of one; with one event each at the sale's start.
 */
const OTHERS_BETWEEN = 50;
const CALM = { dup: 0, shuffle: 0 };

const newPlan = (changes: Partial<SaleOptions> = {}) => planSale({ ...OPTIONS, ...changes });
const planned = new Map<string, Sale>();
/** Each is made once for all tests. */
function plan(changes: Partial<SaleOptions> = {}): Sale {
  const name = JSON.stringify(changes);
  const sale = planned.get(name) ?? newPlan(changes);
  planned.set(name, sale);
  return sale;
}

interface Body {
  id: number;
  order_id?: number;
  updated_at: string;
}
const bodyOf = ({ body }: Delivery) => JSON.parse(body.toString()) as Body;
const orderOf = (delivery: Delivery) => {
  const { id, order_id: orderId } = bodyOf(delivery);
  return `${delivery.shop}/${orderId ?? id}`;
};

/** First sendings, by order. */
function firstsByOrder({ deliveries }: Sale): Map<string, Delivery[]> {
  return Map.groupBy(new Set(deliveries), orderOf);
}

/** Orders of which something is sent before an earlier event. */
function outOfOrder(sale: Sale): number {
  const triggered = [...firstsByOrder(sale).values()].map((firsts) =>
    firsts.map(({ triggeredAt }) => triggeredAt.getTime()),
  );
  return triggered.filter((times) => times.some((time, i) => i > 0 && time < (times[i - 1] ?? 0))).length;
}

/** What stays the same in a body that is made at another time. */
const timeless = ({ body }: Delivery) => body.toString().replaceAll(/\d{4}-\d\d-\d\dT[^"]+/g, 'then');

describe('what a sale sends', () => {
  test('every event of every order once, and the stated number of them twice', () => {
    const { deliveries, shops, figures } = plan();
    const byId = Map.groupBy(deliveries, ({ webhookId }) => webhookId);
    expect(byId.size).toBe(200 * 4);
    expect(figures).toMatchObject({ orders: 200, shops: 3, events: 800, topics: USUAL });
    expect(deliveries).toHaveLength(figures.events + figures.duplicates);

    const twice = [...byId.values()].filter(({ length }) => length > 1);
    expect(twice).toHaveLength(figures.duplicates);
    for (const [first, second, ...more] of twice) {
      expect(more).toHaveLength(0);
      expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
      expect({ ...second, body: null }).toEqual({ ...first, body: null });
    }
    const firsts = firstsByOrder({ deliveries, shops, figures });
    expect(firsts.size).toBe(200);
    for (const [order, sent] of firsts) {
      expect(shops).toContain(order.split('/')[0]);
      expect(sent.map(({ topic }) => topic).toSorted()).toEqual(USUAL.map((name) => TOPICS[name]).toSorted());
    }
  });

  test('events of different orders, topics and shops are different bodies', () => {
    const { deliveries, figures } = plan();
    const bodies = new Set(deliveries.map(({ shop, topic, body }) => `${shop} ${topic} ${body.toString()}`));
    expect(bodies.size).toBe(figures.events);
  });

  test.each([0, 10, 50, 100])('%i per cent of the events are sent twice', (dup) => {
    const { figures } = plan({ dup });
    const share = (100 * figures.duplicates) / figures.events;
    expect(Math.abs(share - dup)).toBeLessThanOrEqual(dup % 100 === 0 ? 0 : 4);
  });

  test('a second time is additional, and does not move the first', () => {
    const idsOf = (deliveries: Iterable<Delivery>) => Array.from(deliveries, ({ webhookId }) => webhookId);
    const { deliveries } = plan({ shuffle: 0, dup: 50 });
    const creates = [...new Set(deliveries)].filter(({ topic }) => topic === 'orders/create');
    expect(creates.map(orderOf)).toEqual([...firstsByOrder(plan(CALM)).keys()]);
    expect(idsOf(deliveries)).not.toEqual([...new Set(idsOf(deliveries))]);
  });

  test('only the chosen topics are sent', () => {
    const topics: TopicName[] = ['paid', 'refund'];
    const { deliveries, figures } = plan({ topics });
    expect(new Set(deliveries.map(({ topic }) => topic))).toEqual(new Set(['orders/paid', 'refunds/create']));
    expect(figures).toMatchObject({ topics, events: 400 });
  });

  test('every topic of the command line can be sent', () => {
    const topics = Object.keys(TOPICS) as TopicName[];
    const { deliveries, figures } = plan({ topics, orders: 20 });
    expect(new Set(deliveries.map(({ topic }) => topic))).toEqual(new Set(Object.values(TOPICS)));
    expect(figures.events).toBe(20 * topics.length);
  });

  test('bodies of whole orders have 4 to 15 kB', () => {
    const sizes = plan({ topics: ['create', 'paid', 'updated'] }).deliveries.map(({ body }) => body.length);
    expect(Math.min(...sizes)).toBeGreaterThan(4000);
    expect(Math.min(...sizes)).toBeLessThan(5000);
    expect(Math.max(...sizes)).toBeGreaterThan(12_000);
    expect(Math.max(...sizes)).toBeLessThan(15_000);
  });

  test('the figures of the bodies match the deliveries', () => {
    const { deliveries, figures } = plan();
    const sizes = deliveries.map(({ body }) => body.length).toSorted((a, b) => a - b);
    const { smallest, p50, p90, largest, mean } = figures.bodyBytes;
    expect([smallest, largest]).toEqual([sizes[0], sizes.at(-1)]);
    expect(mean).toBe(Math.round(sizes.reduce((sum, size) => sum + size) / sizes.length));
    for (const [bound, share] of [
      [p50, 0.5],
      [p90, 0.9],
    ] as const) {
      const below = sizes.filter((size) => size < bound).length / sizes.length;
      const upTo = sizes.filter((size) => size <= bound).length / sizes.length;
      expect(below).toBeLessThanOrEqual(share);
      expect(upTo).toBeGreaterThanOrEqual(share);
    }
  });
});

describe('the order of sending', () => {
  test('is the order of events, if nothing is shuffled or sent twice', () => {
    const sale = plan(CALM);
    expect(sale.figures).toMatchObject({ duplicates: 0, shuffled: 0 });
    expect(sale.deliveries).toHaveLength(800);
    expect(outOfOrder(sale)).toBe(0);
  });

  test("an order's next event is sent when others have begun", () => {
    const { deliveries } = plan(CALM);
    const places = deliveries.flatMap((delivery, i) => (orderOf(delivery).endsWith('01001000') ? [i] : []));
    expect(places).toHaveLength(USUAL.length);
    for (const [i, place] of places.entries())
      expect(place - (places[i - 1] ?? -1000)).toBeGreaterThan(OTHERS_BETWEEN - 1);
  });

  test.each([5, 20, 80])('%i per cent are sent out of order, and orders arrive out of order', (shuffle) => {
    const sale = plan({ shuffle, dup: 0 });
    const share = (100 * sale.figures.shuffled) / sale.figures.events;
    expect(Math.abs(share - shuffle)).toBeLessThan(4);
    // If one of four events moves by up to 500 webhooks, and the next is some 200 away, they usually change
    // places.
    expect(outOfOrder(sale)).toBeGreaterThan(sale.figures.shuffled / 10);
    expect(outOfOrder(sale)).toBeLessThanOrEqual(sale.figures.orders);
  });

  test('more is shuffled if more is requested', () => {
    const [few = 0, some = 0, many = 0] = [5, 20, 80].map((shuffle) => outOfOrder(plan({ shuffle, dup: 0 })));
    expect(few).toBeLessThan(some);
    expect(some).toBeLessThan(many);
  });
});

describe('the same sale again', () => {
  test('has the same bodies except for their times, in the same order', () => {
    const [one, other] = [plan(), newPlan()];
    expect(other.deliveries.map(timeless)).toEqual(one.deliveries.map(timeless));
    expect(other.deliveries.map(({ webhookId }) => webhookId)).toEqual(
      one.deliveries.map(({ webhookId }) => webhookId),
    );
    expect(other.figures).toEqual(one.figures);
  });

  test('under another id has other shops, so no run meets the events of another', () => {
    const [one, other] = [plan({ id: 'one' }), plan({ id: 'other' })];
    expect(one.shops).toHaveLength(3);
    expect(new Set([...one.shops, ...other.shops]).size).toBe(6);
    expect(one.shops).toEqual([...new Set(one.deliveries.map(({ shop }) => shop))].toSorted());
    const renamed = other.deliveries.map((each) => timeless(each).replaceAll('sale-other-', 'sale-one-'));
    expect(renamed).toEqual(one.deliveries.map(timeless));
  });

  test('with another seed has other bodies', () => {
    const bodiesOf = (sale: Sale) => new Set(sale.deliveries.map(timeless));
    const topics: TopicName[] = ['create'];
    const first = bodiesOf(plan({ topics }));
    const both = [...bodiesOf(plan({ topics, seed: 2 }))].filter((body) => first.has(body));
    expect(both).toHaveLength(0);
  });
});

test('orders are numbered one after another, from the first number', () => {
  const numbersOf = (changes: Partial<SaleOptions>) =>
    plan({ ...CALM, topics: ['create'], orders: 3, shops: 1, ...changes }).deliveries.map(
      ({ body }) => (JSON.parse(body.toString()) as { order_number: number }).order_number,
    );
  expect(numbersOf({})).toEqual([1001, 1002, 1003]);
  expect(numbersOf({ firstNumber: 5000 })).toEqual([5000, 5001, 5002]);
});

test('further updates of an order are each newer than the previous one, and otherwise the same', () => {
  const sale = plan({ ...CALM, orders: 5, topics: ['create', 'updated'], updates: 10 });
  expect(sale.figures.events).toBe(5 * 12);
  for (const sent of firstsByOrder(sale).values()) {
    const updates = sent.filter(({ topic }) => topic === 'orders/updated');
    expect(updates).toHaveLength(11);
    const times = updates.map((delivery) => Date.parse(bodyOf(delivery).updated_at));
    for (const [i, time] of times.entries()) expect(time).toBeGreaterThan(times[i - 1] ?? 0);
    expect(new Set(updates.map(({ webhookId }) => webhookId)).size).toBe(11);
    expect(new Set(updates.map(timeless)).size).toBe(1);
  }
});
