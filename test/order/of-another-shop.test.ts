import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { Topic } from '../../src/order/topics.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const KEY = keyOf('1');
const OTHER = 'https://attacker.myshopify.com/1/orders/abc/authenticate?key=x';

function event(fields: object, topic: Topic = 'orders/updated', at = '10:00:00') {
  const body = { id: 1, name: '#1', updated_at: `2026-11-20T${at}Z`, line_items: [], ...fields };
  return waitingEvent(topic, body, { order: KEY });
}
const decided = (...events: ReturnType<typeof event>[]) => decide(KEY, null, events, RECEIVED_AT);

describe('a body with a link to another shop than in the header', () => {
  test.each<[string, object, Topic]>([
    ['order_status_url', { order_status_url: OTHER }, 'orders/updated'],
    [
      'order_status_url',
      { order_status_url: OTHER.toUpperCase().replace('HTTPS', 'https') },
      'orders/create',
    ],
    ['order_status_url', { order_status_url: 'https://attacker.myshopify.com' }, 'orders/paid'],
    [
      'invoice_url',
      { order_id: 1, invoice_url: 'https://attacker.myshopify.com/1/invoices/a' },
      'draft_orders/update',
    ],
  ])('%s: is parked if the order is not known yet', (link, fields, topic) => {
    const { order, rejected } = decided(event(fields, topic));
    expect(order).toBeNull();
    expect(rejected.map(({ because }) => because)).toEqual([
      `${link} names another shop: attacker.myshopify.com`,
    ]);
  });

  test.each([
    ['its own shop', 'https://example.myshopify.com/1/orders/abc'],
    ['a custom domain, which proves nothing', 'https://attacker.example.com/1/orders/abc'],
    ['a domain that only looks like a shop', 'https://a.myshopify.com.example.com/1/orders/abc'],
    ["the shop of Shopify's documented samples", 'https://jsmith.myshopify.com/548380009/orders/abc'],
    ['nothing', null],
    ['a number', 5],
  ])('naming %s: applied', (_case, order_status_url) => {
    expect(decided(event({ order_status_url })).order).toMatchObject({ name: '#1' });
  });

  test('is applied later, in the same drain and in the next: the shop may have been renamed', () => {
    const first = event({ order_status_url: 'https://example.myshopify.com/1/orders/abc' });
    const later = event({ name: '#2', order_status_url: OTHER }, 'orders/updated', '11:00:00');
    expect(decided(first, later)).toMatchObject({ order: { name: '#2' }, rejected: [] });
    const known = decided(first).order;
    expect(decide(KEY, known, [later], RECEIVED_AT)).toMatchObject({ order: { name: '#2' }, rejected: [] });
  });
});
