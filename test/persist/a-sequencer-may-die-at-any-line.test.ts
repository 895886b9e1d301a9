import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BlockStore } from '../../src/persist/block-store.ts';
import { createBlockStore } from '../../src/persist/block-store.ts';
import { createSequencer, type Sequencer } from '../../src/persist/sequencer.ts';
import { bulkWrite } from '../../src/persist/bulk-write.ts';
import { outboxNamespace, insertCommit, ensureCommit, type OrderRecord } from '../../src/persist/outbox.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, randomEventId, RECEIVED_AT } from '../support/waiting-event.ts';
import type { BlockDocument } from '../../src/persist/block-schema.ts';

class Died extends Error {}

const LINES = ['newest', 'finish', 'pending', 'add'] as const;
type Line = (typeof LINES)[number];

/** A sequencer that stops before each line until it may continue, and may die before or after that line. */
class Stepped {
  readonly #store: BlockStore;
  #waiting: { line: Line; go: (die: 'no' | 'before' | 'after') => void } | null = null;
  #isRunning = false;
  #sequencer: Sequencer;

  constructor(store: BlockStore) {
    this.#store = store;
    this.#sequencer = this.#born();
  }

  #born(): Sequencer {
    const stopped = <Arguments extends unknown[], Answer>(
      line: Line,
      real: (...args: Arguments) => Promise<Answer>,
    ) => {
      return async (...args: Arguments): Promise<Answer> => {
        const die = await new Promise<'no' | 'before' | 'after'>((go) => (this.#waiting = { line, go }));
        if (die === 'before') throw new Died();
        const answer = await real(...args);
        if (die === 'after') throw new Died();
        return answer;
      };
    };
    const { newest, finish, pending, add } = this.#store;
    return createSequencer(
      {
        newest: stopped('newest', newest),
        finish: stopped('finish', finish),
        pending: stopped('pending', pending),
        add: stopped('add', add),
      },
      () => RECEIVED_AT,
    );
  }

  /** Runs one line of it. A sequencer that died is replaced, without its memory. */
  async line(die: 'no' | 'before' | 'after'): Promise<void> {
    const before = this.#waiting;
    if (!this.#isRunning) void this.#run();
    else if (before) {
      this.#waiting = null;
      before.go(die);
    }
    while (this.#isRunning && !this.#waiting) await new Promise((resolve) => setImmediate(resolve));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#sequencer.step();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#sequencer = this.#born();
    } finally {
      this.#isRunning = false;
    }
  }
}

function recordOf(order: string, version: number): OrderRecord {
  const after = { status: 'created', financialStatus: null, fulfillmentStatus: null } as const;
  const event = {
    event: randomEventId(),
    topic: 'orders/updated',
    sequence: version,
    outcome: 'applied',
    occurredAt: RECEIVED_AT,
    before: null,
    after,
  } as const;
  return { order, record: { version, committedAt: RECEIVED_AT, changed: [], events: [event] } };
}

type Step = { line: 0 | 1; die: 'no' | 'before' | 'after' } | { commitOf: string } | { againOf: string };

const idOf = ({ order, record }: OrderRecord) => `${order}#${record.version}@${record.committedAt}`;

describe('the sequencer', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const put = async (record: OrderRecord, how = insertCommit) => {
    await bulkWrite(inside.client, [how(outboxNamespace(inside.collections), record)]);
  };
  const blocks = () => inside.collections.changes.find().sort({ _id: 1 }).lean<BlockDocument[]>();
  const emptied = async () => {
    const { outbox, changes } = inside.collections;
    await Promise.all([outbox.deleteMany(), changes.deleteMany()]);
  };
  const idsIn = (all: BlockDocument[]) => all.flatMap(({ commits }) => commits.map(({ _id }) => _id));

  /** Whatever happened: every commit is in one block, the numbers have no gap, and each order's versions ascend. */
  async function expectEachOnce(put: ReadonlySet<string>): Promise<void> {
    const all = await blocks();
    expect(all.map(({ _id }) => _id)).toEqual(all.map((_, i) => i + 1));
    expect(idsIn(all).toSorted()).toEqual([...put].toSorted());
    const commits = all.flatMap((block) => block.commits);
    for (const of of Map.groupBy(commits, ({ order }) => order).values())
      expect(of.map(({ version }) => version)).toEqual(of.map((_, i) => i + 1));
    expect(all.map(({ at }) => at.getTime())).toEqual(all.map(() => RECEIVED_AT));
    expect(await inside.collections.outbox.countDocuments({ pending: true })).toBe(0);
  }

  const who = fc.constantFrom(0 as const, 1 as const);
  const order = fc.constantFrom('100', '101', '102');
  const steps: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ line: who, die: fc.constant('no' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ line: who, die: fc.constantFrom('before' as const, 'after' as const) }),
    },
    { weight: 2, arbitrary: fc.record({ commitOf: order }) },
    { weight: 1, arbitrary: fc.record({ againOf: order }) },
  );

  test('two of them, interleaved and dying at any line: each commit once, no gap, in sequence', async () => {
    const run = async (all: Step[]) => {
      await emptied();
      const store = createBlockStore(inside.collections);
      const two = [new Stepped(store), new Stepped(store)] as const;
      const made: OrderRecord[] = [];
      const madeOf = (id: string) => made.filter((each) => each.order === keyOf(id));
      for (const step of all) {
        if ('line' in step) await two[step.line].line(step.die);
        else if ('againOf' in step)
          for (const each of madeOf(step.againOf).slice(-1)) await put(each, ensureCommit);
        else {
          const next = recordOf(keyOf(step.commitOf), madeOf(step.commitOf).length + 1);
          made.push(next);
          await put(next);
        }
      }
      for (let line = 0; line < 30; line += 1) for (const one of two) await one.line('no');
      expect(await inside.collections.outbox.countDocuments()).toBe(made.length);
      await expectEachOnce(new Set(made.map((each) => idOf(each))));
    };
    await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 40, maxLength: 80 }), run), {
      numRuns: 60,
    });
  });

  const sequencer = () => createSequencer(createBlockStore(inside.collections), () => RECEIVED_AT);
  const moveAll = async (one = sequencer()) => {
    while ((await one.step()).isBehind);
  };

  test('a late holder that inserts its commit again, once it is in a block, meets the tombstone', async () => {
    await emptied();
    const late = recordOf(keyOf('7'), 1);
    await put(late);
    await moveAll();
    await put(late);
    await put(late, ensureCommit);
    await moveAll();
    expect(idsIn(await blocks())).toEqual([`${keyOf('7')}#1@${RECEIVED_AT}`]);
    expect(await inside.collections.outbox.findById(`${keyOf('7')}#1@${RECEIVED_AT}`).lean()).toEqual({
      _id: `${keyOf('7')}#1@${RECEIVED_AT}`,
      order: keyOf('7'),
      version: 1,
      numberedAt: new Date(RECEIVED_AT),
    });
  });

  test('a block ends before it is too large, and the rest of the order comes next', async () => {
    await emptied();
    const orders = [keyOf('1'), keyOf('2')];
    for (const version of [1, 2, 3])
      for (const order of orders) {
        const { record } = recordOf(order, version);
        await put({
          order,
          record: { ...record, events: Array.from({ length: 900 }, () => record.events[0]!) },
        });
      }
    await moveAll();
    const all = await blocks();
    expect(all.map(({ commits }) => commits.length)).toEqual([2, 2, 2]);
    await expectEachOnce(
      new Set(
        orders.flatMap((order) =>
          [1, 2, 3].map((version) => idOf({ order, record: recordOf(order, version).record })),
        ),
      ),
    );
  });

  test('it is behind until it has seen that no commit is left; after a small block, it is not', async () => {
    await emptied();
    const one = sequencer();
    await put(recordOf(keyOf('1'), 1));
    expect(await one.step()).toEqual({ moved: [expect.anything()], isBehind: false });
    for (const order of ['2', '3', '4']) {
      const { record } = recordOf(keyOf(order), 1);
      const events = Array.from({ length: 900 }, () => record.events[0]!);
      await put({ order: keyOf(order), record: { ...record, events } });
    }
    const seen: [number, boolean][] = [];
    for (let step = 0; step < 3; step += 1) {
      const { moved, isBehind } = await one.step();
      seen.push([moved.length, isBehind]);
    }
    expect(seen).toEqual([
      [2, true],
      [1, true],
      [0, false],
    ]);
  });

  test('an order that keeps getting new commits does not delay the others', async () => {
    await emptied();
    const one = sequencer();
    for (const order of ['1', '2', '3']) await put(recordOf(keyOf(order), 1));
    const big = recordOf(keyOf('1'), 1).record.events[0]!;
    const busy = async (version: number) =>
      await put({
        order: keyOf('0'),
        record: { ...recordOf('', version).record, events: Array.from({ length: 2000 }, () => big) },
      });
    await busy(1);
    await one.step();
    await busy(2);
    await one.step();
    expect(idsIn(await blocks())).toEqual([
      `${keyOf('0')}#1@${RECEIVED_AT}`,
      ...['1', '2', '3'].map((order) => `${keyOf(order)}#1@${RECEIVED_AT}`),
    ]);
  });

  test('the newest block never expires, so the numbers never start over', async () => {
    await emptied();
    for (const version of [1, 2, 3]) {
      await put(recordOf(keyOf('9'), version));
      await moveAll();
    }
    const at = new Date(RECEIVED_AT);
    expect((await blocks()).map(({ _id, followedAt }) => [_id, followedAt])).toEqual([
      [1, at],
      [2, at],
      [3, undefined],
    ]);
  });
});
