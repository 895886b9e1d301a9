import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { decide } from '../../src/order/decide.ts';
import { damageOf } from '../../src/order/order-shape.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { loadForMessages } from '../../src/persist/orders-for-messages.ts';
import { storedText } from '../../src/persist/stored-json.ts';
import { fromDocument, toDocument } from '../../src/persist/order-document.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const KEY = keyOf('5820001001000');

/** An order with something in most of its fields. */
function livedOrder(): Order {
  const life = lifeOf(randomFrom(3), 'example.myshopify.com', 1001, new Date('2026-11-20T10:00:00Z'));
  const waiting = life.map(({ topic, body, triggeredAt }) =>
    waitingEvent(topic, null, { order: KEY, body, triggeredAt: triggeredAt.toISOString() }),
  );
  const { order } = decide(KEY, null, waiting, Date.UTC(2026, 10, 27));
  if (!order) throw new Error('the events made no order');
  return order;
}

const LIVED = livedOrder();

describe('an order is read back from its document unchanged', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  test.each([
    ['new', newOrder(KEY)],
    ['with a history', LIVED],
  ])('in memory: %s', (_, order) => {
    expect(fromDocument(toDocument(KEY, order, 0))).toEqual(order);
  });

  test('P5: through MongoDB, commit after commit', async () => {
    let order = LIVED;
    expect(order.parts.fulfillments.length).toBeGreaterThan(0);
    for (let i = 0; i < 3; i += 1) {
      expect(await inside.tools.orders.commit({ key: KEY, order })).toBe('committed');
      const loaded = await inside.tools.orders.load(KEY);
      expect(loaded).toEqual({ ...order, version: order.version + 1 });
      if (loaded) order = loaded;
    }
    expect(await inside.collections.orders.countDocuments({ _id: KEY })).toBe(1);
  });

  test('for a message: its body has the same text, and the rest is the same', async () => {
    const loadForMessage = loadForMessages(inside.collections);
    const position = LIVED.snapshot!.position;
    const whole = { kept: 'full', bytes: 9, position } as const;
    const bodies = [{ id: 1, note: 'café "x"', lines: [{ id: 2.5 }] }, null];
    for (const [i, body] of bodies.entries()) {
      const key = keyOf(`582000100200${i}`);
      const order = { ...newOrder(key), parts: LIVED.parts, whole: { ...whole, body } };
      expect(await inside.tools.orders.commit({ key, order })).toBe('committed');
      const [loaded, forMessage] = await Promise.all([inside.tools.orders.load(key), loadForMessage(key)]);
      expect(storedText(forMessage?.whole?.body)).toBe(JSON.stringify(body));
      expect({ ...forMessage, whole: { ...whole, body } }).toEqual(loaded);
    }
    expect(await loadForMessage(keyOf('5820001002009'))).toBeNull();
  });

  test('parts missing from a document are empty lists', () => {
    const { disputes: _, drafts: __, ...document } = toDocument(KEY, LIVED, 0);
    const order = fromDocument(document as OrderDocument);
    expect(order.parts).toEqual({ ...LIVED.parts, disputes: [], drafts: [] });
  });

  test('missing fields are those of a new order', () => {
    const document = { _id: KEY, version: 4, status: 'shipped' } as unknown as OrderDocument;
    expect(fromDocument(document)).toEqual({ ...newOrder(KEY), version: 4, status: 'shipped' });
  });

  test('a refund or a fulfillment without its lines is damaged', () => {
    const whole = toDocument(KEY, LIVED, 0);
    expect(damageOf(fromDocument(whole))).toEqual([]);
    const fulfillments = whole.fulfillments.map((parcel) => ({ ...parcel, lines: undefined }));
    expect(damageOf(fromDocument({ ...whole, fulfillments } as unknown as OrderDocument))).toContain(
      'order.fulfillments.0.lines: expected a list, found nothing',
    );
  });
});
