import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../testkit/local/ports.ts';
import { until } from '../support/until.ts';
import { runOps, startOps } from './run-ops.ts';
import { ServedOps } from './served-ops.ts';

const ORDER = 'example.myshopify.com/5820001001000';
const EVENT = 'ab'.repeat(32);

describe('exit codes of the command line', () => {
  let ops: ServedOps;
  let url: string;
  let viewer: string;
  beforeAll(async () => {
    ops = await ServedOps.start({ PARTITIONS: '2' });
    ({ url } = ops.dashboard);
    viewer = ops.globals('viewer').at(-1) ?? '';
    await ops.startWorker();
    await ops.dashboard.post('/api/queues/1/pause', { reason: 'a test' });
  });
  afterAll(() => ops.stop());
  const run = (...args: string[]) => ops.run(...args);

  test('0 if nothing is critical; the first line of status has the most urgent problem', async () => {
    const { code, stdout, stderr } = await run('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe(
      'WARNING: Queue 1 is paused: its events are accepted but not processed.',
    );
    expect(stdout).toMatch(/PAUSED +1 queue: 1/);
  });

  test('1 if an operator is needed now', async () => {
    await ops.stopWorker();
    const { code, stdout, stderr } = await run('status');
    await ops.startWorker();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^CRITICAL: /);
  });

  test('--json prints only one JSON value to stdout, given before or after the verb', async () => {
    for (const args of [
      ['--json', 'status'],
      ['status', '--json'],
    ]) {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ workers: 1, level: 'look' });
    }
  });

  test('url and token can be given after the verb, or in the environment', async () => {
    expect((await runOps(['status', '--url', url, '--token', viewer])).code).toBe(0);
    const env = { LOCKSTEP_URL: `${url}/`, LOCKSTEP_TOKEN: viewer };
    expect((await runOps(['status'], env)).code).toBe(0);
  });

  test.each([
    ['a token without its address', { LOCKSTEP_TOKEN: 'viewer' }, 'a token without its address'],
    ['an address without its token', { LOCKSTEP_URL: '<url>' }, 'an address without its token'],
    [
      'a token that would be sent unencrypted over the network',
      { LOCKSTEP_URL: 'http://lockstep.example.com', LOCKSTEP_TOKEN: 'viewer' },
      'is not https',
    ],
    [
      'a name that only looks like this machine',
      { LOCKSTEP_URL: 'http://127.0.0.1.example.com', LOCKSTEP_TOKEN: 'viewer' },
      'is not https',
    ],
  ])('2 for %s: nothing is sent, whatever address the folder has', async (_what, given, words) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-folder-'));
    mkdirSync(path.join(folder, '.lockstep'));
    const asked: string[] = [];
    const sink = createServer((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const local = { dashboardUrl: url, adminToken: 'of-the-folder', pid: process.pid };
    writeFileSync(path.join(folder, '.lockstep', 'local.json'), JSON.stringify(local));
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('<url>', url)]),
    );
    const { code, stderr } = await runOps(['status'], env, folder);
    expect([code, asked]).toEqual([2, []]);
    expect(stderr).toContain(words);
    // If nothing is given, the folder's token is sent to the folder's address.
    await runOps(['status'], {}, folder);
    expect(asked).toEqual(['Bearer of-the-folder']);
    sink.close();
  });

  test('a process has its own environment, folder, output, and exit code', async () => {
    const env = { LOCKSTEP_URL: url, LOCKSTEP_TOKEN: viewer };
    const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-folder-'));
    mkdirSync(path.join(folder, '.lockstep'));
    const local = { dashboardUrl: url, adminToken: viewer, pid: process.pid };
    writeFileSync(path.join(folder, '.lockstep', 'local.json'), JSON.stringify(local));
    const [over, within, wrong] = await Promise.all([
      startOps(['status'], env).ended,
      startOps(['status'], {}, folder).ended,
      startOps(['statsu']).ended,
    ]);
    for (const ended of [over, within])
      expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^WARNING: /) });
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('statsu') });
  });

  test('a token does not follow a redirect', async () => {
    const asked: string[] = [];
    const sink = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    expect((await runOps(['status', '--url', url, '--token', 'viewer'])).code).toBe(3);
    expect(asked).toEqual(['/api/status']);
    sink.close();
  });

  test.each([
    [
      'an unknown dedupe key',
      ['dedupe', 'release', 'cd'.repeat(32)],
      `404: no dedupe key for ${'cd'.repeat(32)}; searched: Redis (all 2 partitions) and the journal`,
    ],
    ['an unknown event', ['event', 'abcd'], 'searched: journal, parked events'],
    ['an invalid token', ['--token', 'forged', 'status'], '401: missing or invalid token'],
    ['an insufficient role', ['token', 'mint', '--name', 'x'], '403: the role admin is needed'],
    ['an unknown order name', ['order', '#1001'], 'searched: orders by key, id and name'],
  ])('1 if refused: %s', async (_what, args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
  });

  test.each([
    ['no verb', []],
    ['an unknown verb', ['statsu']],
    ['a missing reason', ['dedupe', 'release', EVENT, '--yes']],
    ['an invalid time', ['verify', '--since', 'yesterday']],
    ['an invalid shop', ['verify', '--shop', 'no shop']],
    ['a reason of two characters', ['dedupe', 'release', EVENT, '--reason', 'no']],
    ['a lock without its token', ['lock', 'release', ORDER, '--reason', 'it hangs']],
    ['no selection', ['parked', 'replay', '--reason', 'was fixed']],
    ['two selections', ['parked', 'replay', '--all', '--topic', 'orders/paid', '--reason', 'was fixed']],
    ['an invalid event', ['event', 'xyz']],
    ['a payload unmasked without a reason', ['event', EVENT, '--unmask']],
    ['an order key that leads to another path', ['order', 'shop/..']],
    ['an order key with three parts', ['lock', 'get', 'a/b/c']],
    ['an invalid partition', ['queue', 'pause', 'first', '--reason', 'a test']],
    ['a file without a shop', ['dedupe', 'get', '--file', '/dev/null']],
    ['a rate of 0', ['parked', 'replay', '--all', '--reason', 'was fixed', '--rate', '0']],
    ['an invalid address', ['--url', 'ftp://x', 'status']],
    ['invalid hours', ['token', 'mint', '--hours', 'many']],
  ])('2 for invalid usage: %s', async (_what, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/\.ts:\d+/);
  });

  // A waiting event is found by its webhook id only with its shop: the message must not say that it is new.
  test.each([
    ['an event', ['cd'.repeat(32)], ' and the journal'],
    ['a webhook id', ['--webhook-id', 'w-1'], '; the journal; to find waiting events, give the shop'],
  ])('1 for %s without a dedupe key; the message says what was searched', async (_what, sought, also) => {
    const { code, stdout } = await run('dedupe', 'get', ...sought);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `No dedupe key found. Searched: Redis (all 2 partitions)${also}.\n`,
    });
  });

  test('a name that matches no shop is not reported as an empty installation', async () => {
    expect((await run('shop', 'ls')).stdout).toMatch(/^No shop has installed/);
    expect((await run('shop', 'ls', 'zzz')).stdout).toContain('No shop name contains zzz');
  });

  test("verify of one shop shows no figures of the others' waiting and parked events", async () => {
    await ops.live(1);
    await ops.live(2);
    expect((await run('verify')).stdout).toMatch(/^waiting +0$/m);
    const { code, stdout } = await run('verify', '--shop', 'example.myshopify.com');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^orders +2$/m);
    expect(stdout).not.toMatch(/^(waiting|parked|spooled)/m);
  });

  test.each([[['parked', 'replay', '--help']], [['help', 'parked', 'replay']]])('0 for %j', async (args) => {
    const { code, stdout } = await runOps(args);
    expect(code).toBe(0);
    expect(stdout).toContain('--rate');
  });

  test('3 if Lockstep is unreachable or unknown, MongoDB is down, or another program answers', async () => {
    const nobody = await runOps(['--url', `http://127.0.0.1:${await freePort()}`, '--token', 'x', 'status']);
    expect(nobody).toMatchObject({ code: 3, stdout: '' });
    expect(nobody.stderr).toContain('cannot reach Lockstep at');
    expect((await runOps(['status'])).code).toBe(3);

    ops.mongo.cut();
    await until(async () => (await ops.dashboard.get(`/api/events/${EVENT}`)).status === 503);
    const away = await run('event', EVENT);
    ops.mongo.heal();
    expect(away).toMatchObject({ code: 3, stderr: expect.stringMatching(/^503: MongoDB is down/) });

    const another = createServer((_request, response) => response.end('<html>')).listen(0);
    const { port } = another.address() as AddressInfo;
    const odd = await runOps(['--url', `http://127.0.0.1:${port}`, '--token', 'x', 'status']);
    another.close();
    expect(odd.code).toBe(3);
    expect(odd.stderr).toContain('not a Lockstep API response');
  });
});
