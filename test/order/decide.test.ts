import { describe, expect, test } from '@jest/globals';
import { ApplicationFailed, awaitsCreate, decide } from '../../src/order/decide.ts';
import { newOrder } from '../../src/order/order.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { fulfillment, NOW, orderAfter, snapshot, transaction } from './events.ts';

const KEY = keyOf();
const create = snapshot('orders/create', 1);
const payment = transaction(1.4);
const paid = snapshot('orders/paid', 2);
const shipped = fulfillment(20);
const broken = waitingEvent('orders/updated', { updated_at: 'never' });
const unreadable = waitingEvent('orders/updated', {}, { unreadable: 'the body is not JSON' });

describe('a batch', () => {
  test('P5: is put into sequence before it is applied', () => {
    const { order, ended } = decide(KEY, null, [shipped, paid, create, payment], NOW);
    expect(ended.map(({ waiting }) => waiting)).toEqual([create, payment, paid, shipped]);
    expect(ended.map(({ applied }) => [applied.sequence, applied.outcome])).toEqual([
      [1, 'applied'],
      [2, 'applied'],
      [3, 'applied'],
      [4, 'applied'],
    ]);
    expect(order).toMatchObject({ status: 'shipped', sequence: 4 });
  });

  test('P3: applies an event that it contains twice only once', () => {
    const { order, ended } = decide(KEY, null, [paid, create, paid], NOW);
    expect(order).toEqual(decide(KEY, null, [create, paid], NOW).order);
    expect(ended.map(({ applied }) => applied.sequence)).toEqual([1, 2, 2]);
  });

  test('is decided by value: the known order is not modified, and the same input gives the same result', () => {
    const known = Object.freeze(orderAfter(create));
    const before = structuredClone(known);
    expect(decide(KEY, known, [shipped, paid], NOW)).toEqual(decide(KEY, known, [shipped, paid], NOW));
    expect(known).toEqual(before);
  });
});

describe('P3: a crash between commit and journal', () => {
  const known = orderAfter(create, paid);
  test('is repaired with the original outcomes, and commits nothing', () => {
    const { order, ended } = decide(KEY, known, [paid, create], NOW + 60_000);
    expect(order).toBeNull();
    expect(ended.map(({ applied }) => applied)).toEqual(known.applied);
    expect(ended[0]?.applied.appliedAt).toBe(NOW);
  });

  test('does not prevent later events from being applied', () => {
    const { order, ended } = decide(KEY, known, [shipped, paid, create], NOW + 60_000);
    expect(order?.sequence).toBe(3);
    expect(ended.map(({ applied }) => applied.appliedAt - NOW)).toEqual([0, 0, 60_000]);
  });
});

describe('P7: an unreadable event', () => {
  test('is rejected with its reason, and the others are applied', () => {
    const { order, ended, rejected } = decide(KEY, null, [broken, create, unreadable, paid], NOW);
    expect(rejected).toEqual([
      { waiting: broken, because: 'orders/updated: updated_at: expected a time, found text', attempts: 1 },
      { waiting: unreadable, because: 'the body is not JSON', attempts: 1 },
    ]);
    expect(ended).toHaveLength(2);
    expect(order?.status).toBe('awaiting_shipment');
  });

  test('alone makes no order, nor under a key without an order id', () => {
    const decision = {
      order: null,
      ended: [],
      rejected: [{ waiting: unreadable, because: 'the body is not JSON', attempts: 1 }],
      strays: [],
    };
    expect(decide(KEY, null, [unreadable], NOW)).toEqual(decision);
    expect(decide(keyOf('-'), null, [unreadable], NOW)).toEqual(decision);
    expect(decide(KEY, null, [], NOW)).toEqual({ order: null, ended: [], rejected: [], strays: [] });
  });
});

describe('P7: an event that fails when it is applied', () => {
  // No events can produce such an order: it simulates a bug.
  const wrong = { ...newOrder(KEY), status: 'failed' as const };
  const failing = transaction(1, { status: 'failure' });

  test('is identified by the error', () => {
    const attempt = () => decide(KEY, wrong, [failing, paid], NOW);
    expect(attempt).toThrow(ApplicationFailed);
    expect(attempt).toThrow(
      expect.objectContaining({
        event: failing.id,
        message: expect.stringContaining('status cannot change'),
      }),
    );
  });

  test('is rejected once it is given up, and later events are applied', () => {
    const givenUp = new Map([[failing.id, { because: 'three drains failed on it', attempts: 3 }]]);
    const { order, ended, rejected } = decide(KEY, wrong, [failing, paid], NOW, givenUp);
    expect(rejected).toEqual([{ waiting: failing, because: 'three drains failed on it', attempts: 3 }]);
    expect(ended.map(({ waiting }) => waiting)).toEqual([paid]);
    expect(order?.status).toBe('awaiting_shipment');
  });
});

describe('the hold', () => {
  test.each([
    ['waits for the create of an unknown order', null, [paid, payment], true],
    ['ends with the create', null, [paid, create], false],
    ['applies only to first events', orderAfter(paid), [shipped], false],
    ['does not delay events that will be parked', null, [unreadable], false],
  ])('%s', (_claim, known, waiting, held) => expect(awaitsCreate(known, waiting)).toBe(held));
});
