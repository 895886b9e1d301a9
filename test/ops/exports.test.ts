import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parquetMetadataAsync, parquetReadObjects, asyncBufferFromFile } from 'hyparquet';
import type { mongo } from 'mongoose';
import { newOrder } from '../../src/order/order.ts';
import { money } from '../support/money.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';
import { runOps, startOps } from './run-ops.ts';
import { ServedOps } from './served-ops.ts';

const SHOP = 'a.myshopify.com';
const ORDERS = 1000;
const FIRST = Date.parse('2026-10-01T00:00:00Z');

describe('ops export', () => {
  let ops: ServedOps;
  let folder: string;
  let orders: mongo.Collection<{ _id: string }>;
  beforeAll(async () => {
    ops = await ServedOps.start();
    const { drains, collections } = ops.dashboard;
    orders = collections.orders.collection as never;
    const keys = Array.from({ length: ORDERS }, (_, i) => keyOf(String(5_820_000_000_000 + i), SHOP));
    await Promise.all(
      keys.map((key) => drains.orders.commit({ key, order: { ...newOrder(key), version: 0 } })),
    );
    await orders.bulkWrite(
      keys.map((key, i) => ({
        updateOne: {
          filter: { _id: String(key) },
          update: {
            $set: {
              createdAt: new Date(FIRST + i * 3_600_000),
              name: i === 0 ? '=HYPERLINK("http://x","y")' : `#${i}\u2028`,
              totalPrice: money(`${(i * 7919) % 1000}.${String(i % 100).padStart(2, '0')}`),
              totalTax: i % 3 === 0 ? null : money('-0.000001'),
              currency: 'EUR',
              tags: ['a', `b"${i}`],
              test: i % 2 === 0,
            },
          },
        },
      })),
    );
  }, 60_000);
  afterAll(() => ops.stop());
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'export-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string) => path.join(folder, name);
  const rowsIn = (name: string) =>
    readFileSync(file(name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const keysIn = (name: string) => rowsIn(name).map(({ orderId }) => String(orderId));
  const exported = (name: string, ...more: string[]) =>
    ops.run('export', 'orders', '--shop', SHOP, '--format', 'ndjson', '--out', file(name), ...more);

  test('to a file: every order once, and nothing else is left', async () => {
    expect(await exported('x.ndjson')).toEqual({
      code: 0,
      stdout: `${ORDERS} rows in ${file('x.ndjson')}.\n`,
      stderr: '',
    });
    expect(new Set(keysIn('x.ndjson')).size).toBe(ORDERS);
    expect(readdirSync(folder)).toEqual(['x.ndjson']);
    expect(await exported('x.ndjson')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists already'),
    });
  });

  test('to stdout: CSV, with formulas made harmless', async () => {
    const { code, stdout } = await ops.run('export', 'orders', '--to', '2026-10-01', '--shop', SHOP);
    const [head, ...rows] = stdout.split('\r\n').slice(0, -1);
    expect({ code, rows: rows.length }).toEqual({ code: 0, rows: 24 });
    expect(head).toMatch(/^shop,orderId,name,/);
    expect(rows.at(-1)).toContain(`,"'=HYPERLINK(""http://x"",""y"")",`);
    expect(rows.at(-1)).toContain(',2026-10-01T00:00:00.000Z,');
  });

  test('Parquet has the same rows as NDJSON, and the same sums to the last digit', async () => {
    await exported('x.ndjson');
    const args = ['export', 'orders', '--shop', SHOP, '--format', 'parquet', '--out', file('x.parquet')];
    expect(await ops.run(...args)).toMatchObject({ code: 0 });
    expect(readdirSync(folder).toSorted()).toEqual(['x.ndjson', 'x.parquet']);
    const buffer = await asyncBufferFromFile(file('x.parquet'));
    const read = await parquetReadObjects({ file: buffer });
    const rows = rowsIn('x.ndjson');
    const moneyColumns = Object.keys(rows[0] ?? {}).filter((name) => /price|total/i.test(name));
    expect(moneyColumns.length).toBeGreaterThan(15);
    const asJson = (value: unknown): unknown => {
      if (value instanceof Date) return value.toISOString();
      // Its keys are unknown, so it is JSON text in Parquet.
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return JSON.stringify(value);
      return typeof value === 'bigint' ? Number(value) : (value ?? null);
    };
    const without = (row: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) =>
          moneyColumns.includes(name) ? [] : [[name, asJson(value)]],
        ),
      );
    expect(read.map(without)).toEqual(rows.map(without));
    const millionths = (value: unknown) => BigInt(Math.round(Number(value ?? 0) * 1e6));
    for (const name of moneyColumns) {
      const sum = (list: readonly Record<string, unknown>[]) =>
        list.reduce((total, row) => total + millionths(row[name]), 0n);
      expect([name, sum(read)]).toEqual([name, sum(rows)]);
      expect(read.map((row) => row[name] === null)).toEqual(rows.map((row) => row[name] === null));
    }
    const { schema } = await parquetMetadataAsync(buffer);
    expect(schema.find(({ name }) => name === 'totalPrice')).toMatchObject({
      converted_type: 'DECIMAL',
      precision: 38,
      scale: 6,
    });
    expect(schema.find(({ name }) => name === 'createdAt')).toMatchObject({
      converted_type: 'TIMESTAMP_MILLIS',
    });
  }, 30_000);

  test('lines, and the events of a shop, as the API has them', async () => {
    const applied = await ops.live(7);
    const filter = ['--shop', 'example.myshopify.com'];
    const lines = await ops.run('export', 'lines', '--format', 'ndjson', ...filter);
    const events = await ops.run('export', 'events', '--format', 'ndjson', ...filter);
    const rows = (text: string) =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows(lines.stdout).map(({ price }) => price)).not.toContain(null);
    expect(
      rows(events.stdout)
        .map(({ event }) => String(event))
        .toSorted(),
    ).toEqual(applied.map(({ id }) => String(id)).toSorted());
    expect(rows(lines.stdout).length).toBeGreaterThan(0);
  });

  test('an order that is damaged does not stop it, and is reported at the end', async () => {
    const _id = keyOf('5820000000500', SHOP) as string;
    const stored = await orders.findOne({ _id });
    await orders.updateOne({ _id }, { $set: { lines: 'gone' } });
    try {
      const { code, stderr } = await exported('x.ndjson');
      expect(code).toBe(1);
      expect(stderr).toBe(`1 row of damaged records; the column damage says what is damaged: ${_id}\n`);
      expect(rowsIn('x.ndjson')).toHaveLength(ORDERS);
    } finally {
      await orders.replaceOne({ _id }, stored!);
    }
  });

  test.each([
    [['export', 'orders', '--format', 'parquet'], 'parquet needs a file'],
    [['export', 'orders', '--resume'], '--resume continues a file'],
    [['export', 'orders', '--bodies'], '--bodies needs --reason'],
    [['export', 'orders', '--from', 'yesterday'], 'from: not a date'],
    [['export', 'events', '--format', 'xlsx'], 'Allowed choices are csv, ndjson, parquet'],
  ])('%j: usage', async (args, why) => {
    expect(await ops.run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
  });

  describe('that is cut', () => {
    let proxy: Server;
    let passing: (text: string) => 'pass' | 'cut' | 'hold';
    let gone: AbortController;
    beforeEach(async () => {
      gone = new AbortController();
      proxy = createServer((request, response) => {
        const { authorization = '' } = request.headers;
        void (async () => {
          const answer = await fetch(`${ops.dashboard.url}${request.url}`, {
            headers: { authorization },
            signal: gone.signal,
          });
          response.writeHead(answer.status, { 'content-type': 'application/x-ndjson' });
          let text = '';
          for await (const chunk of answer.body ?? []) {
            text += Buffer.from(chunk).toString();
            const next = passing(text);
            if (next === 'cut') return response.socket?.destroy();
            response.write(chunk);
            if (next === 'hold') return undefined;
          }
          return response.end();
        })().catch(() => response.destroy());
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    });
    afterEach(async () => {
      gone.abort();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    });

    const viaProxy = (...args: string[]) => {
      const [, , ...token] = ops.globals('viewer');
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      return ['--url', url, ...token, 'export', 'orders', '--shop', SHOP, '--format', 'ndjson', ...args];
    };
    const marks = (text: string) => text.split('{"$cursor"').length - 1;

    test('by a broken connection: exit code 3, no file, and --resume continues it', async () => {
      passing = (text) => (marks(text) > 2 ? 'cut' : 'pass');
      const args = viaProxy('--out', file('x.ndjson'));
      const broken = await runOps(args);
      expect(broken).toMatchObject({ code: 3, stderr: expect.stringContaining('--resume') });
      expect(existsSync(file('x.ndjson'))).toBe(false);
      expect((await runOps(args)).stderr).toContain('is unfinished');
      expect((await runOps([...args, '--name', '#1', '--resume'])).stderr).toContain('another export');
      passing = () => 'pass';
      expect(await runOps([...args, '--resume'])).toMatchObject({ code: 0 });
      await exported('whole.ndjson');
      expect(readFileSync(file('x.ndjson'), 'utf8')).toBe(readFileSync(file('whole.ndjson'), 'utf8'));
      expect(readdirSync(folder).toSorted()).toEqual(['whole.ndjson', 'x.ndjson']);
    }, 30_000);

    test('by a kill in the middle, with half a line after its last position', async () => {
      passing = (text) => (marks(text) > 1 ? 'hold' : 'pass');
      const args = viaProxy('--out', file('x.ndjson'));
      const { child, ended } = startOps(args);
      await until(() => existsSync(file('x.ndjson.part.json')), 20_000);
      child.kill('SIGKILL');
      await ended;
      writeFileSync(file('x.ndjson.part'), '{"shop":"half a l', { flag: 'a' });
      passing = () => 'pass';
      expect(await runOps([...args, '--resume'])).toMatchObject({ code: 0 });
      await exported('whole.ndjson');
      expect(readFileSync(file('x.ndjson'), 'utf8')).toBe(readFileSync(file('whole.ndjson'), 'utf8'));
    }, 40_000);

    test('to stdout: it says so', async () => {
      passing = (text) => (marks(text) > 1 ? 'cut' : 'pass');
      expect(await runOps(viaProxy())).toMatchObject({
        code: 3,
        stderr: 'the connection broke before the end of the export\n',
      });
    });
  });
});
