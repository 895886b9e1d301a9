import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditLog, checkAudit, markBrokenOff, readAudit } from '../../src/persist/audit-log.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { ACT, openAudit, writeActs } from '../support/open-audit.ts';

describe('the audit', () => {
  let close: () => Promise<void>;
  let audit: Collections['audit'];
  const unsealed: unknown[] = [];
  beforeAll(async () => {
    ({ audit, close } = await openAudit());
  });
  beforeEach(async () => {
    await audit.deleteMany({});
    unsealed.length = 0;
  });
  afterAll(() => close());

  const open = () => createAuditLog(audit, { error: (line: unknown) => unsealed.push(line) });
  const written = (acts: number) => writeActs(audit, acts);
  const chain = async () => {
    const { entries, brokenAt } = await checkAudit(audit);
    return { entries, brokenAt };
  };

  test('an action is recorded before it is done, and sealed afterwards', async () => {
    const log = open();
    const number = await log.begin(ACT);
    expect(await audit.findById(number).lean()).toMatchObject({ ...ACT, outcome: 'begun', sealed: null });
    await log.end(number, 'done', 'released');
    expect(await audit.findById(number).lean()).toMatchObject({ outcome: 'done', detail: 'released' });
    expect(await chain()).toEqual({ entries: 1, brokenAt: null });
  });

  test('a process that dies in the middle leaves `begun`, and an unbroken chain', async () => {
    await open().begin(ACT);
    await written(2);
    expect(await chain()).toEqual({ entries: 3, brokenAt: null });
  });

  describe('an action whose program died', () => {
    const later = (ms: number) => new Date(Date.now() + ms);
    const ended = async (number: number) => (await audit.findById(number).lean())?.outcome;

    test('P8: is marked as failed after 10 minutes, once, and the chain is unbroken', async () => {
      const number = await open().begin(ACT);
      expect(await markBrokenOff(audit, [], later(590_000))).toBe(0);
      expect(await ended(number)).toBe('begun');
      const marked = await Promise.all([1, 2, 3].map(() => markBrokenOff(audit, [], later(610_000))));
      expect(marked.reduce((sum, each) => sum + each)).toBe(1);
      const detail = expect.stringMatching(/^interrupted: .* check before you repeat it$/);
      expect(await audit.findById(number).lean()).toMatchObject({ outcome: 'failed', detail });
      expect(await chain()).toEqual({ entries: 1, brokenAt: null });
    });

    test('has then ended: a later end changes nothing', async () => {
      const log = open();
      const number = await log.begin(ACT);
      await markBrokenOff(audit, [], later(610_000));
      await log.end(number, 'done', 'released');
      expect(await ended(number)).toBe('failed');
      expect(await chain()).toEqual({ entries: 1, brokenAt: null });
    });

    test('is left alone if another process continues it, or it has ended', async () => {
      const number = await open().begin(ACT);
      await written(1);
      expect(await markBrokenOff(audit, [ACT.action], later(610_000))).toBe(0);
      expect([await ended(number), await ended(number + 1)]).toEqual(['begun', 'done']);
    });
  });

  test('the end of an action is written once: a second end changes nothing', async () => {
    const log = open();
    const number = await log.begin(ACT);
    await log.end(number, 'refused', 'the holder is alive');
    await log.end(number, 'done', 'released');
    expect(await audit.findById(number).lean()).toMatchObject({ outcome: 'refused' });
  });

  test('if the end of an action cannot be written, nothing throws: the action is done', async () => {
    await open().end(77, 'done', null);
    expect(unsealed).toHaveLength(1);
  });

  test('three processes that append at the same time leave no gap and no fork', async () => {
    const logs = [open(), open(), open()];
    const numbers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (logs[i % 3] ?? open()).begin({ ...ACT, target: `order ${i}` })),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(await chain()).toEqual({ entries: 60, brokenAt: null });
  });

  test.each<[string, object]>([
    ['who', { who: 'eve' }],
    ['why', { reason: 'a better one' }],
    ['when', { at: new Date('2020-01-01T00:00:00Z') }],
    ['what', { action: 'mailbox.wake' }],
    ['to what', { target: 'example.myshopify.com/2' }],
    ['the outcome', { outcome: 'refused' }],
    ['what was done', { detail: 'nothing' }],
    ['that it ended', { outcome: 'begun' }],
    ['its hash', { hash: 'f'.repeat(64) }],
    ['its seal', { sealed: null }],
  ])('a change to an entry is detected: %s', async (_what, change) => {
    await written(5);
    await audit.collection.updateOne({ _id: 3 as never }, { $set: change });
    expect(await chain()).toEqual({ entries: 5, brokenAt: 3 });
  });

  test.each<[string, object]>([
    ['another token', { token: 'f'.repeat(16) }],
    ['another root', { root: 'f'.repeat(16) }],
    ['no token', { token: null }],
    ['neither', { token: null, root: null }],
  ])('a change to the token of an entry is detected: %s', async (_what, change) => {
    const log = open();
    const by = { token: '0'.repeat(16), root: '1'.repeat(16) };
    await log.end(await log.begin(ACT), 'done', null);
    await log.end(await log.begin({ ...ACT, ...by }), 'done', null);
    await log.refused({ ...ACT, token: by.token }, 'the role operator is needed');
    expect(await chain()).toEqual({ entries: 3, brokenAt: null });
    await audit.collection.updateOne({ _id: 2 as never }, { $set: change });
    expect(await chain()).toEqual({ entries: 3, brokenAt: 2 });
  });

  test('a token that was added to an older entry is detected', async () => {
    await written(3);
    await audit.collection.updateOne({ _id: 2 as never }, { $set: { token: '0'.repeat(16) } });
    expect(await chain()).toEqual({ entries: 3, brokenAt: 2 });
  });

  test('a refused action is written as ended, and its end cannot be changed', async () => {
    const log = open();
    await log.refused(ACT, 'the role operator is needed');
    await log.end(1, 'done', null);
    const ended = { outcome: 'refused', detail: 'the role operator is needed' };
    expect(await audit.findById(1).lean()).toMatchObject(ended);
  });

  test.each([1, 3])('a missing entry %i is detected', async (number) => {
    await written(5);
    await audit.deleteOne({ _id: number });
    expect(await chain()).toEqual({ entries: 4, brokenAt: number });
  });

  test('swapped entries are detected', async () => {
    await written(4);
    const [second, third] = [await audit.findById(2).lean(), await audit.findById(3).lean()];
    await audit.collection.replaceOne({ _id: 2 as never }, { ...third, _id: 2 as never });
    await audit.collection.replaceOne({ _id: 3 as never }, { ...second, _id: 3 as never });
    expect((await chain()).brokenAt).toBe(2);
  });

  test('more than one page is checked to the end', async () => {
    await written(2);
    await audit.collection.insertOne({ _id: 1500 as never, hash: '', at: new Date() });
    expect(await chain()).toEqual({ entries: 3, brokenAt: 3 });
  });

  test('the log is read newest first, in pages, by every filter', async () => {
    const log = open();
    for (let i = 1; i <= 7; i += 1)
      await log.begin({ ...ACT, target: i % 2 ? 'odd' : 'even', who: i > 5 ? 'bob' : 'ada' });
    const numbers = async (filter: object) => {
      const { entries, last } = await readAudit(audit, { limit: 3, ...filter });
      return [entries.map(({ _id }) => _id), last];
    };
    expect(await numbers({})).toEqual([[7, 6, 5], 5]);
    expect(await numbers({ before: 5 })).toEqual([[4, 3, 2], 2]);
    expect(await numbers({ before: 2 })).toEqual([[1], null]);
    expect(await numbers({ target: 'even' })).toEqual([[6, 4, 2], null]);
    expect(await numbers({ who: 'bob' })).toEqual([[7, 6], null]);
    expect(await numbers({ action: 'mailbox.wake' })).toEqual([[], null]);
    expect(await numbers({ since: Date.now() + 1000 })).toEqual([[], null]);
    expect(await numbers({ since: Date.now() - 60_000, limit: 7 })).toEqual([[7, 6, 5, 4, 3, 2, 1], null]);
  });
});
