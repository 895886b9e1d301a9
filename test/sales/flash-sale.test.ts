import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { LoadTestRun } from '../../load-tests/report/run.ts';
import { freePort } from '../../testkit/local/ports.ts';

const PROJECT = path.resolve(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-sale-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** npm run flash-sale, as a process, without the settings of the user who runs the tests. */
function flashSale(...args: string[]): Promise<Ended> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const command = [path.join('load-tests', 'flash-sale.ts'), ...args];
  const child = spawn(process.execPath, command, { cwd: PROJECT, env: { PATH, NODE_COMPILE_CACHE } });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk) => (ended.out += String(chunk)));
  child.stderr.on('data', (chunk) => (ended.err += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

/** A sale on a stack of its own, with its report. */
async function saleOf(name: string, args: string): Promise<Ended & { run: LoadTestRun; html: string }> {
  const report = path.join(folder, name, 'r.html');
  const ended = await flashSale(...args.split(' '), '--report', report);
  expect(ended).toMatchObject({ err: '', code: 0 });
  const json = readFileSync(path.join(folder, name, 'r.json'), 'utf8');
  return { ...ended, run: JSON.parse(json) as LoadTestRun, html: readFileSync(report, 'utf8') };
}

/** What is true of every sale without failures. */
function expectNothingBroken({ run, out, html }: Awaited<ReturnType<typeof saleOf>>): void {
  expect(run.promises.filter(({ kept }) => !kept)).toEqual([]);
  expect(run.promises.map(({ id }) => id)).toEqual([
    'Answers',
    'P1',
    'P2',
    'P3',
    'P4',
    'P5',
    'P6',
    'P7',
    'P8',
  ]);
  const { events, duplicates } = run.plan;
  expect(run).toMatchObject({ sent: events + duplicates, sentAgain: 0 });
  expect(run.answers).toEqual({ '200 accepted': events, '200 duplicate': duplicates });
  expect(run.verdict).toMatchObject({ kept: true, sentence: expect.stringContaining(`${events} events`) });
  expect(run.times.commit?.count).toBeGreaterThan(0);
  expect(run.times['lock held']?.count).toBeGreaterThanOrEqual(run.plan.orders);
  expect(html).toContain(run.verdict.sentence);
  expect(html).toContain('✓ kept');
  expect(html).not.toContain('✗ broken');
  expect(out).toContain(run.verdict.sentence);
}

describe('npm run flash-sale', () => {
  test('at a rate, shuffled and with duplicates: everything is stored, and the report says so', async () => {
    const told = await saleOf('rate', '--orders 60 --rate 200 --shuffle 50 --dup 20');
    expectNothingBroken(told);
    const { run, out } = told;
    expect(run.plan).toMatchObject({ orders: 60, shops: 1, events: 240, rate: 200, connections: 200 });
    expect(run.plan.duplicates).toBeGreaterThan(20);
    expect(run.plan.shuffled).toBeGreaterThan(80);
    // The last of 290 at 200 a second is due at 1.45 s.
    expect(run.seconds.sending).toBeGreaterThan((run.sent - 200) / 200);
    expect(run.ack.corrected).toBe(true);
    expect(run.samples.length).toBeGreaterThan(0);
    expect(run.command).toMatch(/^npm run flash-sale -- --orders 60 --rate 200 --shuffle 50 --dup 20 /);
    expect(out).toContain(
      `60 orders of 1 shop: 240 events (create, transaction, paid, updated), ${run.plan.duplicates} of them twice, ${run.plan.shuffled} out of order`,
    );
    expect(out).toMatch(/\nbodies: 0\.5 kB to \d+\.\d kB, /);
    expect(out).toMatch(new RegExp(`\nreport: ${folder}/rate/r\\.html\n$`));
  });

  test('as fast as answers come, two shops and two workers: everything is stored', async () => {
    const told = await saleOf('max', '--orders 100 --max --shops 2 --workers 2 --topics create,paid,refund');
    expectNothingBroken(told);
    const { plan, ack } = told.run;
    expect(plan).toMatchObject({ orders: 100, shops: 2, events: 300, rate: null, connections: 50 });
    expect(plan.topics).toEqual(['create', 'paid', 'refund']);
    expect(ack.corrected).toBe(false);
  });
});

describe('invalid options', () => {
  const bad: [string, string][] = [
    ['--orders 0', "--orders <n>' argument '0' is invalid"],
    ['--rate 5 --max', '--max or --rate, not both'],
    ['--topics nope', 'unknown topics nope; known: create, transaction, paid'],
    ['--url http://example.com', 'http://example.com is not on this machine'],
    ['--orders 1 --url http://localhost:PORT', 'set SHOPIFY_API_SECRET to sign with'],
    ['--shop 2', "unknown option '--shop'"],
  ];

  test('end with 2 and one line that names the option, without starting a stack', async () => {
    const port = String(await freePort());
    const ended = await Promise.all(bad.map(([args]) => flashSale(...args.replace('PORT', port).split(' '))));
    for (const [i, { code, err }] of ended.entries()) {
      expect(err).toContain(bad[i]?.[1]);
      expect(err.replace('\n(Did you mean --shops?)', '')).toMatch(/^[^\n]+\n$/);
      expect(err).not.toMatch(/\bat .+:\d+:\d+/);
      expect(code).toBe(2);
    }
  });

  test('--help lists every option and ends with 0', async () => {
    const { code, out, err } = await flashSale('--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of ['orders', 'rate', 'max', 'connections', 'shops', 'dup', 'shuffle', 'topics'])
      expect(out).toContain(`--${name} `);
    for (const name of ['workers', 'seed', 'url', 'really', 'report']) expect(out).toContain(`--${name} `);
  });
});
