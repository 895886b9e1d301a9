import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { Fault } from '../../src/system/errors.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

describe('P7: work that takes longer than the lock of its order', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  /**
   * Tools with which a page loses its lock if `isTooLong` says so; `pages` records the sizes that were tried.
   */
  function losing(isTooLong: (page: WaitingEvent[]) => boolean) {
    let page: WaitingEvent[] = [];
    const pages: number[] = [];
    const masked: DrainTools['redactions']['masked'] = async (order, known, events) => {
      page = events;
      pages.push(events.length);
      return await inside.tools.redactions.masked(order, known, events);
    };
    const acquire: DrainTools['lock']['acquire'] = async (key, job) => {
      const lease = await inside.tools.lock.acquire(key, job);
      const assertHeld = () => {
        if (isTooLong(page)) throw new Fault('lock_lost', 'it expired while held');
      };
      return lease && { ...lease, assertHeld };
    };
    const lock = { ...inside.tools.lock, acquire };
    return { pages, tools: { ...inside.tools, redactions: { masked }, lock } };
  }

  /** Drains until it succeeds; returns how often it failed. */
  async function drained(order: OrderKey, tools: DrainTools): Promise<number> {
    for (let failed = 0; failed < 30; failed += 1) {
      const end = await drainOrder(order, tools).catch((error: unknown) => error);
      if (!(error(end) instanceof Fault)) return failed;
    }
    throw new Error('the drain never succeeds');
  }
  const error = (end: unknown) => (end instanceof Error ? end : null);

  const updates = (order: OrderKey, count: number) =>
    Array.from({ length: count }, (_, i) =>
      waitingEvent(
        'disputes/update',
        { id: i + 1 },
        { order, webhookId: `${order}-${i}`, triggeredAt: new Date(RECEIVED_AT + i).toISOString() },
      ),
    );
  const setbacks = (order: OrderKey) => inside.redis.exists(inside.keys.setbacks(order));

  test('halves its page until it fits, and applies that', async () => {
    const order = keyOf('3001');
    await depositAll(inside, updates(order, 20));
    const { pages, tools } = losing((page) => page.length > 5);
    expect(await drained(order, tools)).toBe(2);
    expect(pages).toEqual([20, 10, 5, 5, 5, 5]);
    expect((await journalOf(inside, order)).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 20 }, () => 'applied'),
    );
    expect(await setbacks(order)).toBe(0);
  });

  test('parks an event that does not finish even alone, with the reason; later events of the order continue', async () => {
    const [create, payment, paid] = lifeEvents(31);
    if (!create || !payment || !paid) throw new Error('a life has events');
    const { order } = create;
    const endless = waitingEvent('disputes/create', { id: 1 }, { order });
    await depositAll(inside, [endless, create, payment, paid]);
    const { pages, tools } = losing((page) => page.length > 1 || page[0]?.id === endless.id);
    const lost = await drained(order, { ...tools, lock: parking(tools.lock, endless) });
    expect(pages.slice(0, 4)).toEqual([4, 2, 1, 1]);
    expect(lost).toBeLessThan(20);
    const outcomes = (await journalOf(inside, order)).map(({ _id, outcome }) => [_id, outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      [endless.id]: 'parked',
      [create.id]: 'applied',
      [payment.id]: 'applied',
      [paid.id]: 'applied',
    });
    const kept = await inside.collections.parked.findOne({ _id: endless.id }).lean();
    expect(kept?.error).toMatch(
      /^\d drains that began with this event lost the order's lock .* longer than LOCK_TTL_MS/,
    );
    // If it is replayed, its count starts again.
    expect(await setbacks(order)).toBe(0);
  });

  /** A lock that is not lost while an event is parked: no event is applied then. */
  function parking({ acquire, ...others }: DrainTools['lock'], event: WaitingEvent): DrainTools['lock'] {
    return {
      ...others,
      acquire: async (key, job) => {
        const lease = await acquire(key, job);
        const count = Number(await inside.redis.hget(inside.keys.setbacks(event.order), event.id));
        return lease && (count >= 7 ? { ...lease, assertHeld: () => undefined } : lease);
      },
    };
  }

  test('counts an order that other workers keep committing first in the same way', async () => {
    const order = keyOf('3003');
    await depositAll(inside, updates(order, 2));
    const commit: DrainTools['orders']['commit'] = () => Promise.resolve('outpaced');
    const tools = { ...inside.tools, orders: { ...inside.tools.orders, commit } };
    await expect(drainOrder(order, tools)).rejects.toMatchObject({ code: 'outpaced' });
    expect(await inside.redis.hvals(inside.keys.setbacks(order))).toEqual(['1']);
  });

  test('reads at most one body that takes longer than a turn between two rounds of the event loop', async () => {
    const order = keyOf('3004');
    await depositAll(inside, updates(order, 30));
    let [read, most, before, working] = [0, 0, 0, true];
    const slow = (event: WaitingEvent): WaitingEvent =>
      Object.defineProperty({ ...event }, 'body', {
        get: () => {
          for (const until = performance.now() + 6; performance.now() < until;);
          read += 1;
          return event.body;
        },
      });
    const round = () => {
      most = Math.max(most, read - before);
      before = read;
      if (working) setImmediate(round);
    };
    const masked: DrainTools['redactions']['masked'] = (_order, _known, events) => {
      setImmediate(round);
      return Promise.resolve(events.map(slow));
    };
    await drainOrder(order, { ...inside.tools, redactions: { masked } });
    working = false;
    expect(read).toBeGreaterThanOrEqual(30);
    expect(most).toBe(1);
  });
});
