import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newOrder, type Order } from '../../src/order/order.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { BY, RECEIVED_AT, keyOf, waitingEvent } from '../support/waiting-event.ts';

const MB = 1024 * 1024;
const byNumber = (a: number, b: number) => a - b;

describe('small orders do not wait for the round trips of large ones', () => {
  let inside: Inside;
  /** The batch size of each command, in order. */
  let batches: { find: number[]; bulkWrite: number[] };
  beforeAll(async () => {
    inside = await openInProcess();
    inside.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'find') batches.find.push(command.filter._id.$in.length);
      if (commandName === 'bulkWrite') batches.bulkWrite.push(command.ops.length);
    });
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    batches = { find: [], bulkWrite: [] };
  });

  test('a small page of the journal is not in a batch with large ones that were queued first', async () => {
    const write = (body: Buffer) =>
      inside.tools.journal.write({
        ended: [],
        rejected: [{ waiting: waitingEvent('orders/paid', null, { body }), because: 'x', attempts: 1 }],
        now: RECEIVED_AT,
        by: BY,
      });
    const bodies = [...Array.from({ length: 9 }, () => randomBytes(MB)), Buffer.from('{}')];
    await Promise.all(bodies.map(write));
    // Large pages go four to a batch, and each page is two writes.
    expect(batches.bulkWrite.toSorted(byNumber)).toEqual([2, 2, 8, 8]);
  });

  test('a small order is committed and loaded separately from large ones', async () => {
    const orderOf = (id: string, lines: number): Order => ({
      ...newOrder(keyOf(id)),
      lines: Array.from({ length: lines }, (_, i) => ({ id: String(i) }) as Order['lines'][number]),
    });
    const orders = [...['1', '2', '3', '4', '5'].map((id) => orderOf(id, 2000)), orderOf('6', 2)];
    await Promise.all(
      orders.map((order) => inside.tools.orders.commit({ key: keyOf(order.orderId), order })),
    );
    expect(batches.bulkWrite.toSorted(byNumber)).toEqual([1, 1, 4]);
    const load = () => Promise.all(orders.map(({ orderId }) => inside.tools.orders.load(keyOf(orderId))));
    await load();
    expect(batches.find).toEqual([6]);
    batches.find = [];
    // Which orders are large is known from the last load.
    await load();
    expect(batches.find.toSorted(byNumber)).toEqual([1, 1, 4]);
  });
});
