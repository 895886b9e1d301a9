import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { EventId, OrderKey } from '../../src/order/identity.ts';
import { decompress } from '../../src/system/payload.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('P7: a poison event is parked, and the others continue', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    inside.commands.length = 0;
  });
  const parked = (id: EventId) => inside.collections.parked.findOne({ _id: id }).lean();
  const outcomes = async (order: OrderKey) =>
    Object.fromEntries((await journalOf(inside, order)).map((entry) => [entry._id, entry.outcome]));

  test('immediately if it is unreadable: with its bytes and its reason, and the journal records it', async () => {
    const [create, payment, paid] = lifeEvents(1);
    if (!create || !payment || !paid) throw new Error('a life has events');
    const { order } = create;
    const poison = waitingEvent('orders/updated', null, { order, body: Buffer.from([0xff, 0xfe, 0x0a]) });
    const told = waitingEvent('orders/updated', { id: 1 }, { order, unreadable: 'ingest could not read it' });
    await depositAll(inside, [create, poison, payment, told, paid]);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 5 });
    expect(await outcomes(order)).toEqual({
      [create.id]: 'applied',
      [payment.id]: 'applied',
      [paid.id]: 'applied',
      [poison.id]: 'parked',
      [told.id]: 'parked',
    });
    const kept = await parked(poison.id);
    expect(kept).toMatchObject({
      error: 'the body is not UTF-8',
      state: 'parked',
      topic: 'orders/updated',
      order,
    });
    expect(await parked(told.id)).toMatchObject({ error: 'ingest could not read it' });
    const payload = kept?.payload as unknown as { buffer: Uint8Array };
    expect([...decompress(payload.buffer)]).toEqual([0xff, 0xfe, 0x0a]);
    expect(await inside.tools.orders.load(order)).toMatchObject({ sequence: 3 });
  });

  test('if it makes the order larger than MongoDB allows: the largest is parked, the others are applied', async () => {
    const [create, payment] = lifeEvents(9);
    if (!create || !payment) throw new Error('a life has events');
    const { order } = create;
    const fulfillment = (id: number, length: number) =>
      waitingEvent('fulfillments/create', { id, tracking_company: 'x'.repeat(length) }, { order });
    const huge = [1, 2, 3, 4].map((id) => fulfillment(id, 5_000_000 + id));
    await depositAll(inside, [create, ...huge, payment]);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 6 });
    // The payment is late because it is in a later page of the mailbox: a page holds 4 MiB of bodies.
    expect(await outcomes(order)).toMatchObject({ [create.id]: 'applied', [payment.id]: 'late' });
    expect(await parked(huge[3]!.id)).toMatchObject({
      error: 'with this event the order would be larger than the 16 MB that MongoDB allows',
    });
    expect((await inside.tools.orders.load(order))?.parts.fulfillments).toHaveLength(3);
    await depositAll(inside, [fulfillment(5, 10_000), fulfillment(6, 2_500_000), fulfillment(7, 5000)]);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 3 });
    const { fulfillments = [] } = (await inside.tools.orders.load(order))?.parts ?? {};
    expect(fulfillments.map(({ id }) => id)).toEqual(expect.arrayContaining(['5', '7']));
    expect(fulfillments).toHaveLength(5);
  }, 180_000);

  test('without creating an order if it is alone in its mailbox', async () => {
    const order = keyOf('2000');
    await depositAll(inside, [waitingEvent('orders/paid', 'no object', { order })]);
    await drainOrder(order, inside.tools);
    expect(await inside.tools.orders.load(order)).toBeNull();
  });

  test('an event that names no order is parked from its own mailbox, without a query for an order', async () => {
    const order = keyOf('-');
    const events = [1, 2, 3].map((i) =>
      waitingEvent('orders/paid', { i }, { order, unreadable: 'names no order' }),
    );
    await depositAll(inside, events);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 3 });
    expect(inside.commands).toEqual(['bulkWrite']);
    expect(await outcomes(order)).toEqual(Object.fromEntries(events.map((event) => [event.id, 'parked'])));
    expect(await inside.collections.orders.countDocuments({ _id: order })).toBe(0);
    expect(await inside.redis.exists(inside.keys.mailbox(order))).toBe(0);
  });

  test('at the third drain that fails on it, if applying it throws; later events of the order continue', async () => {
    const [create, payment, paid] = lifeEvents(4);
    if (!create || !payment || !paid) throw new Error('a life has events');
    const { order } = create;
    await depositAll(inside, [create]);
    await drainOrder(order, inside.tools);
    // Damaged by hand: joining a dispute throws if `disputes` is not a list.
    await inside.collections.orders.collection.updateOne(
      { orderId: order.split('/')[1] },
      { $set: { disputes: 7 } },
    );
    const poison = waitingEvent(
      'disputes/create',
      { id: 1 },
      { order, triggeredAt: '2026-11-20T10:00:00.1Z' },
    );
    await depositAll(inside, [payment, poison, paid]);
    for (const _ of [1, 2]) {
      await expect(drainOrder(order, inside.tools)).rejects.toMatchObject({
        name: 'ApplicationFailed',
        event: poison.id,
      });
      expect(await inside.redis.llen(inside.keys.mailbox(order))).toBe(3);
      expect(await parked(poison.id)).toBeNull();
    }
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 3 });
    expect(await outcomes(order)).toMatchObject({
      [payment.id]: 'applied',
      [paid.id]: 'applied',
      [poison.id]: 'parked',
    });
    expect((await parked(poison.id))?.error).toBe(
      "the order's document is damaged: order.disputes: expected a list, found a number. " +
        'Rebuild the order, then replay the event (3 drains failed on it)',
    );
    // The third version was written by the count of parked events.
    const counted = { version: 3, sequence: 3, parkedEvents: 1 };
    expect(await inside.tools.orders.load(order)).toMatchObject(counted);
  });
});
