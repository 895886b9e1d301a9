import { describe, expect, test } from '@jest/globals';
import type { CommittedEvent } from '../../src/order/commit-record.ts';
import { setsOff } from '../../src/order/effects.ts';
import { effectsOf } from '../../src/publish/effects-of-blocks.ts';
import { randomEventId } from '../support/waiting-event.ts';
import { destinationOf } from './publishing.ts';

const SHOP = 'example.myshopify.com';
const statuses = (status: CommittedEvent['after']['status']) =>
  ({ status, financialStatus: null, fulfillmentStatus: null }) as const;

function change(more: Partial<CommittedEvent> = {}): CommittedEvent {
  return {
    event: randomEventId(),
    topic: 'orders/paid',
    sequence: 2,
    outcome: 'applied',
    occurredAt: 0,
    before: statuses('payment_pending'),
    after: statuses('awaiting_shipment'),
    ...more,
  };
}

describe('an effect', () => {
  test.each<[string, string[], Partial<CommittedEvent>, boolean]>([
    ['its topic', ['orders/paid'], {}, true],
    ['another topic', ['orders/create'], {}, false],
    ['every change', ['*'], {}, true],
    ['the new status', ['status:awaiting_shipment'], {}, true],
    ['the old status', ['status:payment_pending'], {}, false],
    [
      'a status that did not change',
      ['status:awaiting_shipment'],
      { before: statuses('awaiting_shipment') },
      false,
    ],
    ['the status of a new order', ['status:awaiting_shipment'], { before: null }, true],
    ['one of several', ['orders/create', 'status:shipped', 'orders/paid'], {}, true],
    ['a late event', ['orders/paid'], { outcome: 'late' }, true],
    ['a stale event', ['*'], { outcome: 'stale' }, false],
    ['an event that changed nothing', ['*', 'orders/paid'], { outcome: 'unchanged' }, false],
    ['a rebuild, of every change', ['*'], { topic: 'lockstep/rebuilt', outcome: null, event: null }, true],
    [
      'a rebuild, of another topic',
      ['orders/paid'],
      { topic: 'lockstep/rebuilt', outcome: null, event: null },
      false,
    ],
  ])('is set off by %s: %j', (_, on, more, expected) => {
    expect(setsOff({ on, shops: null }, SHOP, change(more))).toBe(expected);
  });

  test.each([
    [null, true],
    [[SHOP], true],
    [['other.myshopify.com'], false],
  ])('of the shops %j: %j', (shops, expected) => {
    expect(setsOff({ on: ['*'], shops }, SHOP, change())).toBe(expected);
  });

  const blockOf = (number: number, events: CommittedEvent[]) => ({
    _id: number,
    commits: [{ _id: 'id', order: `${SHOP}/1`, version: 3, committedAt: 5, changed: [], events }],
  });

  test('has the same id however often it is routed, and another one for each destination', () => {
    const block = blockOf(1, [change(), change({ sequence: 3 })]);
    const two = [destinationOf({}), { ...destinationOf({}), _id: 'wms', uid: 'other' }];
    const once = effectsOf([block], two, new Date(1));
    const twice = effectsOf([block], two, new Date(2));
    expect(once.map(({ _id }) => _id)).toEqual(twice.map(({ _id }) => _id));
    expect(new Set(once.map(({ _id }) => _id)).size).toBe(4);
    expect(once.map(({ destination, version, index }) => [destination, version, index])).toEqual([
      ['erp', 3, 0],
      ['wms', 3, 0],
      ['erp', 3, 1],
      ['wms', 3, 1],
    ]);
  });

  test('a destination that is added gets no earlier changes, and the same name again has other ids', () => {
    const blocks = [blockOf(7, [change()]), blockOf(8, [change()])];
    const added = { ...destinationOf({}), afterBlock: 7 };
    const effects = effectsOf(blocks, [added], new Date(1));
    expect(effects.map(({ event }) => event)).toEqual([blocks[1]!.commits[0]!.events[0]!.event]);
    const again = effectsOf(blocks, [{ ...added, uid: 'made again' }], new Date(1));
    expect(again[0]!._id).not.toBe(effects[0]!._id);
  });
});
