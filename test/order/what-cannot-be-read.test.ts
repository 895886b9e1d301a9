import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../src/order/read-event.ts';
import { waitingEvent } from '../support/waiting-event.ts';
import { snapshot } from './events.ts';

describe('what cannot be read', () => {
  test.each<[string, string]>([
    ['[]', 'orders/paid: the body: Invalid input: expected object, received array'],
    ['null', 'orders/paid: the body: Invalid input: expected object, received null'],
    [
      '{"line_items":[{"id":"x"}]}',
      'orders/paid: line_items.0.id: Invalid string: must match pattern /^\\d{1,19}$/',
    ],
    ['{"name":{"first":"Ada"}}', 'orders/paid: name: Invalid input: expected string, received object'],
    ['{"line_items":{"Ada":1}}', 'orders/paid: line_items: Invalid input: expected array, received object'],
    ['{', 'the body is not JSON'],
  ])('P7: %s: says where and what, and never repeats a value', (text, because) => {
    const event = waitingEvent('orders/paid', {}, { body: Buffer.from(text) });
    expect(readEvent(event)).toEqual({ ok: false, because });
  });

  test('what ingest could not read is rejected with its reason', () => {
    const event = waitingEvent('orders/paid', {}, { unreadable: 'the body is not UTF-8' });
    expect(readEvent(event)).toEqual({ ok: false, because: 'the body is not UTF-8' });
  });

  test('a topic that was handled once is rejected by its name', () => {
    const because = 'the topic carts/update is not handled';
    expect(readEvent(waitingEvent('carts/update', {}))).toEqual({ ok: false, because });
  });

  test.each([7, 'yesterday', {}, '1969-01-01T00:00:00Z'])('an updated_at of %p is no time', (updated_at) => {
    const because = 'orders/paid: updated_at is no time';
    expect(readEvent(snapshot('orders/paid', 1, { updated_at }))).toEqual({ ok: false, because });
  });
});
