import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { fence } from '../../src/persist/fence.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';

describe('P4: a fence', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  async function drained(events: WaitingEvent[]): Promise<OrderKey> {
    await depositAll(inside, events);
    const order = events[0]?.order as OrderKey;
    await drainOrder(order, inside.tools);
    return order;
  }

  test('refuses a commit over the version loaded before it; after another load, the commit succeeds', async () => {
    const order = await drained(lifeEvents(1).slice(0, 2));
    const late = await inside.tools.orders.load(order);
    if (!late) throw new Error('the order was drained but not found');
    expect(await fence(inside.collections, order)).toEqual({ outcome: 'fenced', version: 2 });
    expect(await inside.tools.orders.commit({ key: order, order: late })).toBe('outpaced');
    const again = await inside.tools.orders.load(order);
    expect(again).toEqual({ ...late, version: 2 });
    expect(await inside.tools.orders.commit({ key: order, order: again ?? late })).toBe('committed');
  });

  test('does not create a missing order, whose first commit then succeeds', async () => {
    const events = lifeEvents(2).slice(0, 1);
    const order = events[0]?.order as OrderKey;
    expect(await fence(inside.collections, order)).toEqual({ outcome: 'no_order' });
    expect(await inside.collections.orders.countDocuments({ _id: String(order) })).toBe(0);
    await drained(events);
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 1 });
  });

  test('twice in the middle of a drain: one refusal, every event applied once, and the verifier finds nothing', async () => {
    const events = lifeEvents(3);
    const order = await drained(events.slice(0, 2));
    await depositAll(inside, events.slice(2, 5));
    let loads = 0;
    const load: DrainTools['orders']['load'] = async (key) => {
      const known = await inside.tools.orders.load(key);
      loads += 1;
      if (loads === 1) {
        await fence(inside.collections, order);
        await fence(inside.collections, order);
      }
      return known;
    };
    const before = (await inside.metrics.fencingRejected.get()).values[0]?.value ?? 0;
    await drainOrder(order, { ...inside.tools, orders: { ...inside.tools.orders, load } });
    expect((await inside.metrics.fencingRejected.get()).values[0]?.value).toBe(before + 1);
    expect(loads).toBe(2);
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 4, sequence: 5 });
    expect((await journalOf(inside, order)).map(({ _id }) => _id)).toEqual(
      events.slice(0, 5).map(({ id }) => id),
    );
    const verified = await createVerifier(inside.collections, 90)({ limit: 100 });
    expect(verified).toMatchObject({
      appliedTwice: 0,
      inversions: 0,
      wrongState: 0,
      unexplained: 0,
      moving: 0,
    });
    expect(verified.orders).toBeGreaterThanOrEqual(3);
  });
});
