import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../src/order/read-event.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import type { Topic } from '../../src/order/topics.ts';
import { orderAfter, reading, snapshot } from './events.ts';

describe('an unreadable body', () => {
  test.each<[string, string]>([
    ['[]', 'orders/paid: the body: expected an object, found a list'],
    ['null', 'orders/paid: the body: expected an object, found null'],
    [
      '{"line_items":[{"id":"x"}]}',
      'orders/paid: line_items.0.id: expected an id of 1 to 19 digits, found text',
    ],
    ['{"currency":{"first":"Ada"}}', 'orders/paid: currency: expected text, found an object'],
    ['{"line_items":{"Ada":1}}', 'orders/paid: line_items: expected a list, found an object'],
    ['{"line_items":[null]}', 'orders/paid: line_items.0: expected an object, found null'],
    [
      '{"line_items":[{"id":null}]}',
      'orders/paid: line_items.0.id: expected an id of 1 to 19 digits, found null',
    ],
    [
      '{"total_price":{"amount":"1.00"}}',
      'orders/paid: total_price: expected text or a number, found an object',
    ],
    [
      '{"line_items":[{"id":1,"quantity":1.5}]}',
      'orders/paid: line_items.0.quantity: expected a whole number, found a number with decimals',
    ],
    [
      '{"fulfillments":[{"id":1,"status":7}]}',
      'orders/paid: fulfillments.0.status: expected text, found a number',
    ],
    ['{', 'the body is not JSON'],
  ])('P7: %s: the reason says where and what, and never repeats a value', (text, because) => {
    const event = waitingEvent('orders/paid', {}, { body: Buffer.from(text) });
    expect(readEvent(event)).toEqual({ ok: false, because });
  });

  test('that ingest could not read is rejected with its reason', () => {
    const event = waitingEvent('orders/paid', {}, { unreadable: 'the body is not UTF-8' });
    expect(readEvent(event)).toEqual({ ok: false, because: 'the body is not UTF-8' });
  });

  test('of a topic that is no longer handled is rejected', () => {
    const because = 'the topic carts/update is not handled';
    expect(readEvent(waitingEvent('carts/update', {}))).toEqual({ ok: false, because });
  });

  test.each([7, 'yesterday', {}, '1969-01-01T00:00:00Z'])('has an invalid updated_at: %p', (updated_at) => {
    const because = expect.stringMatching(
      /^orders\/paid: updated_at: expected a time, found (text|a number|an object)$/,
    );
    expect(readEvent(snapshot('orders/paid', 1, { updated_at }))).toEqual({ ok: false, because });
  });
});

describe('P1: a body that does not match its topic, which is unsigned,', () => {
  const named = (name: string) => ({
    id: 7,
    order_id: 1,
    order: { id: 1 },
    admin_graphql_api_id: `gid://shopify/${name}/7`,
  });

  test.each<[Topic, string]>([
    ['orders/paid', 'Refund'],
    ['orders/create', 'OrderTransaction'],
    ['order_transactions/create', 'Fulfillment'],
    ['fulfillments/create', 'OrderTransaction'],
    ['fulfillments/update', 'FulfillmentEvent'],
    ['fulfillment_events/delete', 'Fulfillment'],
    ['refunds/create', 'OrderTransaction'],
    ['disputes/create', 'Refund'],
    ['returns/close', 'Refund'],
    ['orders/delete', 'DraftOrder'],
  ])('is rejected: %s with a %s', (topic, name) => {
    const because = `the body is of type ${name}, which does not match the topic ${topic}`;
    expect(readEvent(waitingEvent(topic, named(name)))).toEqual({ ok: false, because });
  });

  test('is rejected if a whole order arrives as a deletion', () => {
    const because = 'the body has line_items, which does not match the topic orders/delete';
    expect(readEvent(snapshot('orders/delete', 1))).toEqual({ ok: false, because });
  });

  test.each<[Topic, string]>([
    ['orders/delete', 'Order'],
    ['orders/paid', 'Shop'],
    ['orders/shopify_protect_eligibility_changed', 'Order'],
  ])('is accepted if that cannot be determined: %s with a %s', (topic, name) => {
    expect(readEvent(waitingEvent(topic, named(name)))).toMatchObject({ ok: true });
  });

  test('does not cancel the order if it says that the order is not cancelled', () => {
    const paid = snapshot('orders/cancelled', 9, { cancelled_at: null, cancel_reason: 'fraud' });
    expect(reading(paid).snapshot?.cancelled).toBeNull();
    const later = snapshot('orders/updated', 10);
    expect(orderAfter(paid, later)).toMatchObject({ status: 'awaiting_shipment' });
  });
});
