import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { Order } from '../../src/order/order.ts';
import { NOTHING_WRONG } from '../../src/system/findings.ts';
import { Rebuild, type Checked } from '../../src/operate/stories/check-order.ts';
import type { JournaledEvent } from '../../src/persist/journaled.ts';
import { lifeEvents } from '../support/in-process.ts';
import { RECEIVED_AT } from '../support/waiting-event.ts';

const [first] = lifeEvents(7);
if (!first) throw new Error('a life has events');

/** An order as a drain leaves it, and its journal. */
function lived(): { order: Order; told: JournaledEvent[] } {
  const { order, ended } = decide(first!.order, null, lifeEvents(7), RECEIVED_AT);
  if (!order) throw new Error('a life makes an order');
  const told = ended.map(({ waiting, applied }) => ({
    event: waiting,
    outcome: applied.outcome,
    sequence: applied.sequence,
    appliedAt: applied.appliedAt,
  }));
  return { order, told };
}

function check(order: Order | null, told: JournaledEvent[]): Checked {
  const rebuild = new Rebuild(first!.order);
  for (const each of told.toSorted((a, b) => a.sequence - b.sequence)) Array.from(rebuild.add(each));
  return rebuild.compare(order);
}
const checkOrder = (order: Order | null, told: JournaledEvent[]) => check(order, told).findings;

describe('P3, P5, P8: an order compared with its journal', () => {
  test('nothing is wrong with an order as a drain leaves it', () => {
    const { order, told } = lived();
    expect(told.length).toBeGreaterThan(10);
    expect(checkOrder(order, told)).toEqual(NOTHING_WRONG);
  });

  test('an event that was applied twice', () => {
    const { order, told } = lived();
    expect(checkOrder({ ...order, sequence: order.sequence + 1 }, told)).toMatchObject({ appliedTwice: 1 });
    const again = told.map((each, i) => (i === 3 ? { ...each, sequence: 3 } : each));
    expect(checkOrder(order, again)).toMatchObject({ appliedTwice: 1 });
  });

  test('two events that were applied in the wrong sequence', () => {
    const { order, told } = lived();
    const swapped = told.map((each, i) => ({ ...each, sequence: i === 4 ? 6 : i === 5 ? 5 : i + 1 }));
    expect(checkOrder(order, swapped)).toMatchObject({ inversions: 1 });
  });

  test.each<[string, Partial<Order>]>([
    ['its status', { status: 'created' }],
    ['its name', { name: '#0' }],
    ['its lines', { lines: [] }],
    ['its cancellation', { ends: { cancelled: { at: 1, reason: null }, deletedAt: null } }],
  ])('a state that differs from its journal: %s', (_, changed) => {
    const { order, told } = lived();
    expect(checkOrder({ ...order, ...changed }, told)).toMatchObject({ wrongState: 1 });
  });

  test('says which field differs, and both values; personal values are masked', () => {
    const { order, told } = lived();
    const changed = {
      ...order,
      facts: { ...order.facts, totalPrice: '999.00' },
      lines: order.lines.map((line, i) => (i === 0 ? { ...line, quantity: 77 } : line)).slice(0, 1),
      parts: {
        ...order.parts,
        fulfillments: order.parts.fulfillments.map((part) => ({ ...part, trackingNumbers: ['X1'] })),
      },
    };
    const { differences } = check(changed, told);
    const [line, ...others] = order.lines;
    expect(differences).toEqual(
      expect.arrayContaining([
        { field: 'totalPrice', stored: '999.00', rebuilt: order.facts.totalPrice },
        { field: `lines.#${line!.id}.quantity`, stored: '77', rebuilt: String(line!.quantity) },
        ...others.map(({ id }) => expect.objectContaining({ field: `lines.#${id}`, stored: null })),
      ]),
    );
    const tracking = differences.filter(({ field }) => field.includes('trackingNumbers'));
    expect(tracking.length).toBeGreaterThan(0);
    for (const { stored, rebuilt } of tracking)
      expect([stored, rebuilt].filter((each) => each !== null && !each.includes('(masked)'))).toEqual([]);
    expect(check(order, told).differences).toEqual([]);
  });

  test('a list whose members are in another sequence differs', () => {
    const { order, told } = lived();
    expect(
      check({ ...order, lines: order.lines.toReversed() }, told).differences.map(({ field }) => field),
    ).toEqual(['lines']);
  });

  test.each<[string, object, string]>([
    ['text for a list', { applied: 'oops' }, 'order.applied: expected a list, found text'],
    ['nothing for a list', { lines: null }, 'order.lines: expected a list, found nothing'],
    ['a number for text', { status: 7 }, 'order.status: expected text, found a number'],
    ['a list for a number', { version: [] }, 'order.version: expected a number, found a list'],
    ['a member of a list', { lines: [7] }, 'order.lines.0: expected an object, found a number'],
    [
      'true for a time',
      { ends: { cancelled: { at: true }, deletedAt: null } },
      'order.cancelledAt: expected a time, found true or false',
    ],
  ])('a damaged document is a finding with its field: %s', (_, changed, words) => {
    const { order, told } = lived();
    const { findings, damage } = check({ ...order, ...changed } as Order, told);
    expect(findings).toEqual({ ...NOTHING_WRONG, damaged: 1 });
    expect(damage).toEqual([words]);
  });

  test('an order without its journal, and a journal without its order', () => {
    const { order, told } = lived();
    expect(checkOrder(order, [])).toMatchObject({ unexplained: told.length, appliedTwice: 0 });
    expect(checkOrder(null, told)).toMatchObject({ wrongState: 1 });
    expect(checkOrder(null, [])).toEqual(NOTHING_WRONG);
  });
});
