import { describe, expect, test } from '@jest/globals';
import { bodyBefore, WHOLE_ORDERS } from '../../src/browser/bodies/body-before.ts';
import { counterpartIn, differencesOf, exactJson } from '../../src/browser/bodies/json-diff.ts';
import { TOPICS } from '../../src/order/topics.ts';
import type { TimelineEntry } from '../../src/operate/shapes/events.ts';

/** As `kind path: before -> after`. */
const told = (before: unknown, after: unknown) =>
  differencesOf(before, after).map(
    ({ kind, path, before: was, after: is }) => `${kind} ${path}: ${was} -> ${is}`,
  );

describe('the differences of two bodies', () => {
  test('are named by their paths', () => {
    expect(
      told(
        { status: 'pending', note: 'x', customer: { id: 1, tags: [] }, same: [1, { a: null }] },
        { status: 'paid', customer: { id: 1, tags: ['vip'] }, same: [1, { a: null }], test: false },
      ),
    ).toEqual([
      'changed status: "pending" -> "paid"',
      'added customer.tags[0]: null -> "vip"',
      'added test: null -> false',
      'removed note: "x" -> null',
    ]);
  });

  test('a field that became null, or another type, has changed', () => {
    expect(told({ a: 1, b: null, c: {} }, { a: null, b: 0, c: [] })).toEqual([
      'changed a: 1 -> null',
      'changed b: null -> 0',
      'changed c: {} -> []',
    ]);
  });

  test('items of lists are matched by their ids, not by their places', () => {
    const [one, two, three] = [1, 2, 3].map((id) => ({ id, quantity: 5 }));
    expect(told({ lines: [one, two] }, { lines: [three, { ...two, quantity: 4 }] })).toEqual([
      'added lines[id 3]: null -> {"id":3,"quantity":5}',
      'changed lines[id 2].quantity: 5 -> 4',
      'removed lines[id 1]: {"id":1,"quantity":5} -> null',
    ]);
    expect(told({ l: [one, two] }, { l: [two, one] })).toEqual([]);
    expect(told({ l: [one, one] }, { l: [one, two] })).toEqual(['changed l[1].id: 1 -> 2']);
  });

  test('numbers are compared exactly, and __proto__ is an ordinary key', () => {
    const of = (text: string) => exactJson(`{"id":${text}}`);
    expect(told(of('9007199254740993'), of('9007199254740992'))).toEqual([
      'changed id: "9007199254740993" -> 9007199254740992',
    ]);
    expect(told(exactJson('{}'), exactJson('{"__proto__":{"a":1}}'))).toEqual([
      'added __proto__: null -> {"a":1}',
    ]);
  });

  test('no differences: equal bodies, in any order of their fields', () => {
    expect(told({ a: { x: 1, y: [2] }, b: 3 }, { b: 3, a: { y: [2], x: 1 } })).toEqual([]);
  });

  test('values deeper than any from Shopify are compared as a whole', () => {
    const nested = (depth: number, inside: unknown): unknown =>
      depth === 0 ? inside : { a: nested(depth - 1, inside) };
    expect(differencesOf(nested(200, 1), nested(200, 1))).toEqual([]);
    expect(differencesOf(nested(200, 1), nested(200, 2))).toMatchObject([{ kind: 'changed' }]);
  });
});

describe('what a body is compared with', () => {
  const payment = { id: 7, amount: '5.00' };
  const order = {
    id: 1,
    admin_graphql_api_id: 'gid://shopify/Order/1',
    fulfillments: [{ id: 2, status: 'open' }],
    refunds: [{ id: 3, transactions: [payment] }],
  };
  test('a whole order with the whole order, a part with the same part in it', () => {
    expect(counterpartIn(order, { id: 1 })).toBe(order);
    expect(counterpartIn(order, { id: 2, status: 'success' })).toBe(order.fulfillments[0]);
    expect(counterpartIn(order, { id: 7 })).toBe(payment);
    expect(counterpartIn(order, { id: 4 })).toBeUndefined();
    expect(counterpartIn(order, { order_edit: { id: 1 } })).toBeUndefined();
  });

  test('an item of another kind with the same id is another item', () => {
    expect(counterpartIn(order, { id: 1, admin_graphql_api_id: 'gid://shopify/Refund/1' })).toBeUndefined();
  });

  const entry = (event: string, topic: string, outcome: TimelineEntry['outcome']) => ({
    event,
    topic,
    outcome,
  });
  test('the newest whole order before it that was in step', () => {
    const entries = [
      entry('a', 'orders/create', 'applied'),
      entry('b', 'orders/paid', 'applied'),
      entry('c', 'refunds/create', 'applied'),
      entry('d', 'orders/updated', 'stale'),
      entry('e', 'orders/edited', 'applied'),
      entry('f', 'orders/updated', 'parked'),
    ] as const;
    const before = (event: string) => bodyBefore(entries, { event })?.event ?? null;
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'unknown'].map(before)).toEqual([
      null,
      'a',
      'b',
      'b',
      'b',
      'b',
      null,
    ]);
  });

  test('the topics of whole orders are those of the rules', () => {
    const whole = Object.entries(TOPICS).filter(([, { brings }]) => brings === 'snapshot');
    expect([...WHOLE_ORDERS].toSorted()).toEqual(whole.map(([topic]) => topic).toSorted());
  });
});
