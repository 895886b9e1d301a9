import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import { damageOf } from '../../src/order/order-shape.ts';
import { createBodyKeeper } from '../../src/persist/body-keeper.ts';
import { fromDocument, toDocument } from '../../src/persist/order-document.ts';
import { storedText } from '../../src/persist/stored-json.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

const KEY = keyOf('1');
const KEEP = createBodyKeeper('full');

function event(minute: number, fields: string) {
  const body = Buffer.from(
    `{"id":1,"updated_at":"2026-11-20T10:${String(minute).padStart(2, '0')}:00Z"${fields}}`,
  );
  return waitingEvent('orders/updated', null, { order: KEY, body, triggeredAt: null });
}

describe('a signed body with a hostile field is applied, and so is what follows it', () => {
  test.each([
    ['a list named constructor', ',"constructor":[{"id":1}]'],
    ['a text named constructor', ',"constructor":"x"'],
    ['an object named toString', ',"toString":{"id":1}'],
    ['hasOwnProperty', ',"hasOwnProperty":1'],
    ['an id that is an object', ',"shipping_lines":[{"id":{"toString":1}}]'],
    ['an id that is a list', ',"shipping_lines":[{"id":[1]}]'],
    ['a customer with such an id', ',"customer":{"id":7,"valueOf":1}'],
  ])('%s', (_what, fields) => {
    const follows = [
      event(2, ''),
      event(3, ',"shipping_lines":[{"id":5,"title":"x"}],"note":"n"'),
      event(4, fields),
    ];
    let order = null;
    for (const each of [event(1, fields), ...follows]) {
      const decided = decide(KEY, order, [each], 0, new Map(), KEEP);
      expect(decided.rejected).toEqual([]);
      expect(decided.order).not.toBeNull();
      // As a drain loads it.
      order = fromDocument(toDocument(KEY, { ...decided.order!, version: 1 }, 0));
    }
    expect(order?.sequence).toBe(4);
    expect(damageOf(order!)).toEqual([]);
    expect(storedText(order?.whole?.body)).toContain('"note":"n"');
  });

  test('a field named constructor is in the body as it was sent', () => {
    const { order } = decide(KEY, null, [event(1, ',"constructor":"x"')], 0, new Map(), KEEP);
    expect(storedText(order?.whole?.body)).toContain('"constructor":"x"');
  });

  test.each([
    ['a number of a million digits', `,"note_number":1.${'0'.repeat(1_000_000)}1`],
    ['a long list, deeply nested', `,"deep":${'['.repeat(85)}${'1,'.repeat(200_000)}1${']'.repeat(85)}`],
  ])('%s is read in time, and stored', (_what, fields) => {
    const { order, rejected } = decide(KEY, null, [event(1, fields)], 0, new Map(), KEEP);
    expect(rejected).toEqual([]);
    expect(order?.whole?.body).not.toBeNull();
  });
});
