import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainToolsOf } from '../../src/compose/drains.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import { decide } from '../../src/order/decide.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { OutboxDocument } from '../../src/persist/outbox-schema.ts';
import { depositAll, journalOf, lifeEvents, openInProcess, type Inside } from '../support/in-process.ts';
import { RECEIVED_AT } from '../support/waiting-event.ts';

class Died extends Error {}

/** Dies once, like a process: before or after the real call. */
function dying<Arguments extends unknown[], Answer>(
  when: 'before' | 'after',
  real: (...args: Arguments) => Promise<Answer>,
): (...args: Arguments) => Promise<Answer> {
  return async (...args) => {
    if (when === 'after') await real(...args);
    throw new Died();
  };
}

const LINES = ['read', 'load', 'commit', 'journal', 'trim'] as const;

function toolsDyingAt(line: (typeof LINES)[number], when: 'before' | 'after', tools: DrainTools): DrainTools {
  const { mailbox, orders, journal } = tools;
  return {
    ...tools,
    mailbox: {
      ...mailbox,
      ...(line === 'read' && { read: dying(when, mailbox.read) }),
      ...(line === 'trim' && { trim: dying(when, mailbox.trim) }),
    },
    orders: {
      ...orders,
      ...(line === 'load' && { load: dying(when, orders.load) }),
      ...(line === 'commit' && { commit: dying(when, orders.commit) }),
    },
    journal: { ...(line === 'journal' ? { write: dying(when, journal.write) } : journal) },
  };
}

describe('a drain may die at any line', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const outboxOf = (order: OrderKey) =>
    inside.collections.outbox.find({ order }).sort({ version: 1 }).lean<OutboxDocument[]>();

  async function expectAllDoneOnce(order: OrderKey, events: ReturnType<typeof lifeEvents>): Promise<void> {
    // The result of one undisturbed drain.
    const expected = decide(order, null, events, RECEIVED_AT, new Map(), inside.tools.keepBody);
    expect(await inside.tools.orders.load(order)).toEqual({ ...expected.order, version: 1 });
    const entries = await journalOf(inside, order);
    const told = ({ _id, outcome, because, sequence }: (typeof entries)[number]) => [
      _id,
      outcome,
      because,
      sequence,
    ];
    expect(entries.map(told)).toEqual(
      expected.ended.map(({ applied: { event, outcome, because, sequence } }) => [
        event,
        outcome,
        because,
        sequence,
      ]),
    );
    const { redis, keys } = inside;
    expect(await redis.exists(keys.mailbox(order), keys.lock(order))).toBe(0);
    expect(await redis.zscore(keys.pending, order)).toBeNull();
    // The change feed gets the commit once.
    expect(await outboxOf(order)).toMatchObject([
      { version: 1, pending: true, record: expected.order?.committed },
    ]);
  }

  const cases = LINES.flatMap((line) => (['before', 'after'] as const).map((when) => [when, line] as const));
  test.each(cases)(
    'P3, P8: %s its %s: the next drain completes the work, and applies nothing twice',
    async (when, line) => {
      const events = lifeEvents(1 + cases.findIndex((each) => each[0] === when && each[1] === line));
      const order = events[0]?.order as OrderKey;
      await depositAll(inside, events);
      const drain = drainOrder(order, toolsDyingAt(line, when, inside.tools));
      await expect(drain).rejects.toBeInstanceOf(Died);
      expect((await drainOrder(order, inside.tools)).outcome).toBe('drained');
      await expectAllDoneOnce(order, events);
    },
  );

  test('P3: events that arrive again after Redis lost everything change nothing', async () => {
    const events = lifeEvents(50);
    const order = events[0]?.order as OrderKey;
    await depositAll(inside, events);
    await drainOrder(order, inside.tools);
    await inside.redis.flushdb();
    await depositAll(inside, events.toReversed());
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: events.length });
    await expectAllDoneOnce(order, events);
  });

  /** The tools of another worker, which does not know what this one put into the outbox. */
  const another = () => drainToolsOf({ ...inside, now: () => RECEIVED_AT }, inside.waker);
  const versionsIn = async (order: OrderKey) => (await outboxOf(order)).map(({ version }) => version);

  test('P8: a commit whose drain died is inserted into the outbox before a newer one, even if its events are lost', async () => {
    const [first, ...others] = lifeEvents(52);
    if (!first) throw new Error('a life has events');
    const { order } = first;
    await depositAll(inside, [first]);
    const dies = drainOrder(order, toolsDyingAt('journal', 'before', inside.tools));
    await expect(dies).rejects.toBeInstanceOf(Died);
    expect(await versionsIn(order)).toEqual([]);
    await inside.redis.flushdb();
    await depositAll(inside, others);
    const diesToo = drainOrder(order, toolsDyingAt('journal', 'before', another()));
    await expect(diesToo).rejects.toBeInstanceOf(Died);
    expect(await versionsIn(order)).toEqual([1]);
    await drainOrder(order, another());
    expect(await versionsIn(order)).toEqual([1, 2]);
    const found = await inside.tools.orders.load(order as OrderKey);
    expect((await outboxOf(order)).at(-1)?.record).toEqual(found?.committed);
  });

  test('P8: a commit is not inserted again when its tombstone may have expired', async () => {
    const [first, second] = lifeEvents(53);
    if (!first || !second) throw new Error('a life has events');
    const { order } = first;
    await depositAll(inside, [first]);
    await drainOrder(order, inside.tools);
    await inside.collections.outbox.deleteMany({ order });
    await inside.redis.flushdb();
    await depositAll(inside, [first]);
    const later = RECEIVED_AT + 7 * 86_400_000;
    await drainOrder(order, drainToolsOf({ ...inside, now: () => later }, inside.waker));
    expect(await versionsIn(order)).toEqual([]);
    await depositAll(inside, [second]);
    await drainOrder(order, drainToolsOf({ ...inside, now: () => later }, inside.waker));
    expect(await versionsIn(order)).toEqual([2]);
  });

  test('P3: several times in a row: the first outcomes stay', async () => {
    const events = lifeEvents(51);
    const order = events[0]?.order as OrderKey;
    await depositAll(inside, events);
    for (const line of LINES) {
      const later = { ...toolsDyingAt(line, 'after', inside.tools) };
      await expect(drainOrder(order, later)).rejects.toBeInstanceOf(Died);
    }
    await drainOrder(order, inside.tools);
    await expectAllDoneOnce(order, events);
  });
});
