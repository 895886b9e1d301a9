import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { newOrder } from '../../src/order/order.ts';
import { toDocument } from '../../src/persist/order-document.ts';
import { bulkWrite, type WriteModel } from '../../src/persist/bulk-write.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { BY, keyOf, waitingEvent } from '../support/waiting-event.ts';

/** MongoDB refuses documents over 16 MB. */
const TOO_LARGE = 17 * 1024 * 1024;

describe('P7: one write that MongoDB refuses fails alone', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const insert = (document: { _id: string; [field: string]: unknown }): WriteModel => ({
    namespace: `${inside.collections.orders.db.name}.anything`,
    name: 'insertOne',
    document: document as object,
  });

  test('a document over 16 MB: the others are written, each with its own result', async () => {
    const models = [
      insert({ _id: 'a' }),
      insert({ _id: 'large', text: 'x'.repeat(TOO_LARGE) }),
      insert({ _id: 'b' }),
      insert({ _id: 'a' }),
    ];
    const written = await bulkWrite(inside.client, models);
    expect(written.map(({ matched, duplicateKey }) => [matched, duplicateKey])).toEqual([
      [1, false],
      [0, false],
      [1, false],
      [0, true],
    ]);
    expect(written[1]?.error).toBeInstanceOf(Error);
  });

  test('an order over 16 MB: its commit is too large, the others are committed', async () => {
    const keys = ['1', '2', '3'].map((id) => keyOf(id));
    const commits = keys.map((key, i) =>
      inside.tools.orders.commit({
        key,
        order: { ...newOrder(key), name: i === 1 ? 'x'.repeat(TOO_LARGE) : '#1' },
      }),
    );
    const answers = await Promise.allSettled(commits);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'rejected'))).toEqual([
      'committed',
      'too_large',
      'committed',
    ]);
  });

  test('an order a few bytes below 16 MB, too large together with its filter: the same, and the others share one write', async () => {
    const MAX = 16 * 1024 * 1024;
    const measured = keyOf('100');
    const sizeOf = (name: string, version: number) =>
      mongo.BSON.calculateObjectSize(
        toDocument(measured, { ...newOrder(measured), name, version: version + 1 }, 0),
      );
    // Version 0 is an insert, version 7 a replace.
    for (const [version, below] of [
      [0, 0],
      [0, 10],
      [7, 0],
      [7, 40],
      [7, 90],
    ] as const) {
      const name = 'x'.repeat(MAX - below - sizeOf('', version));
      expect(sizeOf(name, version)).toBe(MAX - below);
      const others = Array.from({ length: 8 }, (_, i) =>
        keyOf(String(9000 + 100 * version + below + i * 10)),
      );
      inside.commands.length = 0;
      const answers = await Promise.all([
        inside.tools.orders.commit({ key: measured, order: { ...newOrder(measured), name, version } }),
        ...others.map((key) => inside.tools.orders.commit({ key, order: newOrder(key) })),
      ]);
      expect([version, below, answers[0]]).toEqual([version, below, 'too_large']);
      expect(inside.commands.filter((command) => command === 'bulkWrite').length).toBeLessThanOrEqual(2);
    }
  });

  test('a payload over 16 MB: its drain fails, the journal of the others is written', async () => {
    const bodies = [Buffer.from('{}'), randomBytes(TOO_LARGE), Buffer.from('{}')];
    const events = bodies.map((body) => waitingEvent('orders/paid', null, { body }));
    const answers = await Promise.allSettled(
      events.map((waiting) =>
        inside.tools.journal.write({
          ended: [],
          rejected: [{ waiting, because: 'x', attempts: 1 }],
          now: 0,
          by: BY,
        }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const ids: unknown[] = await inside.collections.events.distinct('_id');
    expect(new Set(ids)).toEqual(new Set([events[0]?.id, events[2]?.id]));
  });

  test('if MongoDB is down, all writes fail, with unknown results', async () => {
    const nobody = new mongo.MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 200 });
    const closed = new mongo.MongoClient('mongodb://127.0.0.1:1');
    await closed.close();
    for (const away of [nobody, closed])
      await expect(bulkWrite(away, [insert({ _id: 'c' }), insert({ _id: 'd' })])).rejects.toBeInstanceOf(
        mongo.MongoError,
      );
    await nobody.close();
  });
});
