import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newOrder, type Order } from '../../src/order/order.ts';
import { openInside, type Inside } from '../support/inside.ts';
import { BY, RECEIVED_AT, keyOf, waitingEvent } from '../support/waiting-event.ts';

const MB = 1024 * 1024;

describe('small orders do not wait for the round trips of large ones', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInside();
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    inside.commands.length = 0;
  });

  /** In which order they ended. */
  async function endsOf(work: readonly (() => Promise<unknown>)[]): Promise<number[]> {
    const ends: number[] = [];
    await Promise.all(work.map(async (each, i) => ends.push((await each(), i))));
    return ends;
  }

  test('a small page of the journal ends before nine large ones that were asked for first', async () => {
    const page = (body: Buffer) => () =>
      inside.tools.journal.write({
        ended: [],
        rejected: [{ waiting: waitingEvent('orders/paid', null, { body }), because: 'x', attempts: 1 }],
        now: RECEIVED_AT,
        by: BY,
      });
    const large = Array.from({ length: 9 }, () => page(randomBytes(MB)));
    const ends = await endsOf([...large, page(Buffer.from('{}'))]);
    // Large ones go four to a batch: 1 batch of small ones, 3 of large ones.
    expect(inside.commands.filter((name) => name === 'bulkWrite')).toHaveLength(4);
    expect(ends.indexOf(9)).toBeLessThan(9);
  });

  test('a small order is committed and loaded apart from large ones', async () => {
    const orderOf = (id: string, lines: number): Order => ({
      ...newOrder(keyOf(id)),
      lines: Array.from({ length: lines }, (_, i) => ({ id: String(i) }) as Order['lines'][number]),
    });
    const orders = [...['1', '2', '3', '4', '5'].map((id) => orderOf(id, 2000)), orderOf('6', 2)];
    const commits = orders.map(
      (order) => () => inside.tools.orders.commit({ key: keyOf(order.orderId), order }),
    );
    await endsOf(commits);
    expect(inside.commands).toEqual(['bulkWrite', 'bulkWrite', 'bulkWrite']);
    const load = () =>
      endsOf(
        orders.map(
          ({ orderId }) =>
            () =>
              inside.tools.orders.load(keyOf(orderId)),
        ),
      );
    await load();
    inside.commands.length = 0;
    // Which orders are large is known from the last load.
    const ends = await load();
    expect(inside.commands.filter((name) => name === 'find')).toHaveLength(3);
    expect(ends.indexOf(5)).toBeLessThan(5);
  });
});
