import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storedEffect, storeEffects, TOKEN_KEYS } from '../operate/stored-effects.ts';
import { ServedOps } from './served-ops.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-compare-'));
const key = (number: number) => `example.myshopify.com/${number}`;

describe('ops destination compare and repair', () => {
  let ops: ServedOps;
  beforeAll(async () => {
    ops = await ServedOps.start({ TOKEN_KEYS });
    const settings = file('erp.json', JSON.stringify({ url: 'https://erp.example.com/' }));
    await admin('put', 'erp', '--file', settings, '--yes', '--reason', 'the ERP');
    const { collections } = ops.dashboard;
    await collections.destinations.updateOne({ _id: 'erp' }, { createdAt: new Date(0) });
    const state = 'done' as const;
    const done = Array.from({ length: 1500 }, (_, i) =>
      storedEffect(i + 1, { order: key(10_000 + i), version: 2, state }),
    );
    await storeEffects(collections, done);
    const statuses = { status: 'paid', financialStatus: 'paid', fulfillmentStatus: null };
    await collections.orders.collection.insertOne({ _id: key(10_003) as never, version: 2, ...statuses });
  });
  afterAll(async () => {
    await ops?.stop();
    rmSync(folder, { recursive: true });
  });

  const admin = (...args: string[]) => ops.as('admin', 'destination', ...args);
  function file(name: string, text: string): string {
    const place = path.join(folder, name);
    writeFileSync(place, text);
    return place;
  }
  /** All orders but #3, and #5 in an older version; not sorted. */
  const held = Array.from({ length: 1500 }, (_, i) => ({ key: key(10_000 + i), version: i === 5 ? 1 : 2 }))
    .filter((_, i) => i !== 3)
    .toReversed();
  const ndjson = () => file('held.ndjson', held.map((each) => JSON.stringify(each)).join('\n'));
  const csv = () =>
    file('held.csv', `key,version\n${held.map((each) => `"${each.key}",${each.version}`).join('\r\n')}\r\n`);

  test.each([
    ['NDJSON', ndjson],
    ['CSV', csv],
  ])('a file is compared, and the exit code says that there are differences: %s', async (_, name) => {
    const { code, stdout } = await admin('compare', 'erp', '--file', name());
    expect(code).toBe(1);
    expect(stdout).toContain('2 differences in 1500 orders');
    expect(stdout).toMatch(/example\.myshopify\.com\/10003 +missing +2 +-/);
    expect(stdout).toMatch(/example\.myshopify\.com\/10005 +older +2 +1/);
  });

  test.each([
    ['a line without a version', '{"key":"a/1","version":1}\n{"key":"a/2"}', 'line 2 has no key and version'],
    ['an order twice', 'a/1,1\na/1,2', 'a/1 appears twice'],
    ['something else', '<html>', 'line 1 has no key and version'],
  ])('%s is invalid usage', async (_, text, words) => {
    const { code, stderr } = await admin('compare', 'erp', '--file', file('odd', text));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
  });

  test('without a file and a read-back, it says so', async () => {
    const { code, stderr } = await admin('compare', 'erp');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('readBack') });
  });

  test('a repair only shows what it would do, until it is told to do it', async () => {
    const { effects } = ops.dashboard.collections;
    const repairs = () => effects.countDocuments({ topic: 'lockstep/repaired' });
    const dry = await admin('repair', 'erp', key(10_003));
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would be sent again: 1') });
    expect(await repairs()).toBe(0);
    const done = await admin('repair', 'erp', key(10_003), '--yes', '--reason', 'the ERP lost it');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('sent again: 1') });
    expect(await repairs()).toBe(1);
    expect(await admin('repair', 'erp')).toMatchObject({ code: 2 });
  });
});
