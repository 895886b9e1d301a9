import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { waitingEvent } from '../support/waiting-event.ts';

const HOLD_MS = 60_000;

describe("an order's first events", () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess({ settings: { HOLD_FOR_CREATE_MS: String(HOLD_MS) } });
  });
  afterAll(() => inside.close());

  async function withoutCreate(number: number) {
    const [create, payment, paid, updated] = lifeEvents(number);
    if (!create || !payment || !paid || !updated) throw new Error('a life has events');
    await depositAll(inside, [paid, payment]);
    return { order: create.order, create, payment, paid, updated };
  }
  const drain = (order: OrderKey) => drainOrder(order, inside.tools);
  /** Ends the hold, which is measured by Redis's clock: moves the start of the wait back. */
  const waitOver = (order: OrderKey) => inside.redis.zincrby(inside.keys.pending, -HOLD_MS, order);
  const told = async (order: OrderKey) =>
    (await journalOf(inside, order)).map(({ topic, outcome }) => [topic, outcome]);

  test('wait for orders/create: held for the rest of the hold, with nothing applied and the lock released', async () => {
    const { order } = await withoutCreate(1);
    const end = await drain(order);
    expect(end).toMatchObject({ outcome: 'held', forMs: expect.any(Number) });
    const forMs = end.outcome === 'held' ? end.forMs : 0;
    expect(forMs).toBeGreaterThan(HOLD_MS - 10_000);
    expect(forMs).toBeLessThanOrEqual(HOLD_MS);
    expect(await told(order)).toEqual([]);
    expect(await inside.tools.orders.load(order)).toBeNull();
    expect(await inside.redis.exists(inside.keys.lock(order))).toBe(0);
    expect(await inside.redis.llen(inside.keys.mailbox(order))).toBe(2);
  });

  test('P5: are applied together with the create when it arrives, create first', async () => {
    const { order, create } = await withoutCreate(2);
    expect((await drain(order)).outcome).toBe('held');
    await depositAll(inside, [create]);
    expect(await drain(order)).toEqual({ outcome: 'drained', events: 3 });
    expect(await told(order)).toEqual([
      ['orders/create', 'applied'],
      ['order_transactions/create', 'applied'],
      ['orders/paid', 'applied'],
    ]);
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 1 });
  });

  test('are applied without it when the hold is over; a create that arrives after that is late', async () => {
    const { order, create } = await withoutCreate(3);
    await waitOver(order);
    expect(await drain(order)).toEqual({ outcome: 'drained', events: 2 });
    const before = await inside.tools.orders.load(order);
    await depositAll(inside, [create]);
    expect(await drain(order)).toEqual({ outcome: 'drained', events: 1 });
    expect((await told(order)).at(-1)).toEqual(['orders/create', 'late']);
    expect(await inside.tools.orders.load(order)).toMatchObject({
      status: before?.status,
      facts: before?.facts,
    });
  });

  test('are the only ones held: the events of a known order do not wait', async () => {
    const { order, updated } = await withoutCreate(4);
    await waitOver(order);
    await drain(order);
    await depositAll(inside, [updated]);
    expect(await drain(order)).toEqual({ outcome: 'drained', events: 1 });
  });

  test('P7: are not held if one of them is unreadable', async () => {
    const { order } = await withoutCreate(5);
    await depositAll(inside, [waitingEvent('orders/updated', null, { order, unreadable: 'no JSON' })]);
    expect(await drain(order)).toEqual({ outcome: 'drained', events: 3 });
  });

  test('are not held if HOLD_FOR_CREATE_MS is 0', async () => {
    const { order } = await withoutCreate(6);
    expect(await drainOrder(order, { ...inside.tools, holdForCreateMs: 0 })).toEqual({
      outcome: 'drained',
      events: 2,
    });
  });
});
