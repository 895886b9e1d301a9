import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newOrder, type Order } from '../../src/order/order.ts';
import { inTurns } from '../../src/system/turns.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { BY, RECEIVED_AT, keyOf, waitingEvent } from '../support/waiting-event.ts';

const KEYS = Array.from({ length: 90 }, (_, i) => keyOf(String(1000 + i)));

describe('many orders share a round trip', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
    await Promise.all(KEYS.slice(0, 60).map((key) => commit({ ...newOrder(key), name: key }, 0)));
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    inside.commands.length = 0;
  });
  const commit = (order: Order, version: number) =>
    inside.tools.orders.commit({ key: keyOf(order.orderId, order.shop), order: { ...order, version } });

  test('loads in one turn of the event loop are one find, each with its own answer', async () => {
    const asked = [...KEYS.toReversed(), ...KEYS.slice(0, 5)];
    const loaded = await Promise.all(asked.map((key) => inside.tools.orders.load(key)));
    expect(inside.commands).toEqual(['find']);
    const known = new Set<string>(KEYS.slice(0, 60));
    expect(loaded.map((order) => order?.name ?? null)).toEqual(
      asked.map((key) => (known.has(key) ? key : null)),
    );
  });

  test('loads beyond a hundred go into the next find', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, i) => inside.tools.orders.load(keyOf(String(1 + i)))));
    expect(inside.commands).toEqual(['find', 'find', 'find']);
  });

  test('P4: commits in one turn are one write, and each gets the answer for its own version', async () => {
    // 30 replaces that match, 30 that are too late, 15 inserts, 15 inserts of existing orders.
    const asked = KEYS.map((key, i) => {
      const kind = ['current', 'late', 'new', 'there'][i < 30 ? 0 : i < 60 ? 1 : i < 75 ? 2 : 3];
      return { order: newOrder(kind === 'there' ? keyOf(String(1000 + i - 75)) : key), kind };
    });
    const version = { current: 1, late: 7, new: 0, there: 0 } as const;
    const answers = await Promise.all(
      asked.map(({ order, kind }) => commit(order, version[kind as keyof typeof version])),
    );
    expect(inside.commands).toEqual(['bulkWrite']);
    expect(answers).toEqual(
      asked.map(({ kind }) => (kind === 'current' || kind === 'new' ? 'committed' : 'outpaced')),
    );
  });

  test('while orders are being decided, the commits of several rounds are one write', async () => {
    // Each piece takes a round of the event loop.
    const deciding = inTurns(
      (function* () {
        for (let round = 0; round < 3; round += 1) {
          for (const until = performance.now() + 6; performance.now() < until;);
          yield;
        }
      })(),
    );
    const first = commit(newOrder(keyOf('2001')), 0);
    await new Promise(setImmediate);
    const second = commit(newOrder(keyOf('2002')), 0);
    expect(await Promise.all([first, second])).toEqual(['committed', 'committed']);
    expect(inside.commands).toEqual(['bulkWrite']);
    await deciding;
  });

  test('P8: journal entries of many drains are one write', async () => {
    const rejected = KEYS.map((order) => ({
      waiting: waitingEvent('orders/paid', { order }, { order }),
      because: 'x',
      attempts: 1,
    }));
    await Promise.all(
      rejected.map((each) =>
        inside.tools.journal.write({ ended: [], rejected: [each], now: RECEIVED_AT, by: BY }),
      ),
    );
    // Then the parked events of all these orders are counted, written, and counted again.
    expect(inside.commands).toEqual(['bulkWrite', 'aggregate', 'find', 'update', 'aggregate', 'find']);
    expect(await inside.collections.events.countDocuments({ order: { $in: KEYS } })).toBe(KEYS.length);
  });
});
