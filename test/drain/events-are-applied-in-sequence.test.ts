import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

describe('a drain', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    inside.commands.length = 0;
  });

  async function expectNothingLeft(order: ReturnType<typeof keyOf>): Promise<void> {
    const { redis, keys } = inside;
    expect(await redis.exists(keys.mailbox(order), keys.pending, keys.shops, keys.lock(order))).toBe(0);
  }

  test('P5: applies a mailbox in sequence, whatever the order of arrival, and empties it', async () => {
    const life = lifeEvents(1);
    const [first] = life;
    if (!first) throw new Error('a life has events');
    await depositAll(inside, randomFrom(7).shuffled(life));
    expect(await drainOrder(first.order, inside.tools)).toEqual({ outcome: 'drained', events: life.length });
    const entries = await journalOf(inside, first.order);
    expect(entries.map((entry) => entry._id)).toEqual(life.map((event) => event.id));
    expect(entries.map((entry) => entry.outcome)).toEqual(life.map(() => 'applied'));
    expect(entries.map((entry) => entry.sequence)).toEqual(life.map((_, i) => i + 1));
    expect(await inside.tools.orders.load(first.order)).toMatchObject({ version: 1, status: 'shipped' });
    await expectNothingLeft(first.order);
  });

  test('settles a mailbox of 250 events in pages of one commit each', async () => {
    const order = keyOf('2000');
    const at = (i: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, i)).toISOString();
    const events = Array.from({ length: 250 }, (_, i) =>
      waitingEvent('orders/updated', { id: 2000, name: `#${i}`, updated_at: at(i) }, { order }),
    );
    await depositAll(inside, events);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 250 });
    const page = ['find', 'bulkWrite', 'bulkWrite'];
    // A new order may have parked events already: that is one more query.
    expect(inside.commands).toEqual([...page, 'aggregate', ...page, ...page]);
    expect(await inside.tools.orders.load(order)).toMatchObject({ version: 3, sequence: 250, name: '#249' });
    expect((await journalOf(inside, order)).map((entry) => entry.sequence)).toEqual(
      events.map((_, i) => i + 1),
    );
    await expectNothingLeft(order);
  });

  test('P6: also settles events that arrive while it works', async () => {
    const [create, payment] = lifeEvents(3);
    if (!create || !payment) throw new Error('a life has events');
    let written = 0;
    const tools: DrainTools = {
      ...inside.tools,
      journal: {
        write: async (record) => {
          written += 1;
          if (written === 1) await depositAll(inside, [payment]);
          await inside.tools.journal.write(record);
        },
      },
    };
    await depositAll(inside, [create]);
    expect(await drainOrder(create.order, tools)).toEqual({ outcome: 'drained', events: 2 });
    await expectNothingLeft(create.order);
  });

  test('of an order without events sends nothing to MongoDB', async () => {
    expect(await drainOrder(keyOf('4000'), inside.tools)).toEqual({ outcome: 'drained', events: 0 });
    expect(inside.commands).toEqual([]);
  });

  test('P6: removes an order whose mailbox was deleted from `pending`, so it is not woken forever', async () => {
    const [create] = lifeEvents(5);
    if (!create) throw new Error('a life has events');
    await depositAll(inside, [create]);
    await inside.redis.del(inside.keys.mailbox(create.order));
    await drainOrder(create.order, inside.tools);
    expect(await inside.redis.zcard(inside.keys.pending)).toBe(0);
  });
});
