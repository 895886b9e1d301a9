import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../testkit/local/ports.ts';
import { createHeartbeats } from '../../src/system/heartbeats.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { lifeEvents } from '../support/in-process.ts';
import { Link } from '../support/link.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { optionsFor, runOps, startOps } from './run-ops.ts';

const EVENT = 'ab'.repeat(32);
const ORDER = 'example.myshopify.com/5820001001000';

/** A server that is not Lockstep. */
async function stranger(answer: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => void server.close() };
}

/** A folder in which `npm start` runs a Lockstep at this address. */
function folderOf(url: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-folder-'));
  mkdirSync(path.join(folder, '.lockstep'));
  const local = { dashboardUrl: url, adminToken: 'of-the-folder', pid: process.pid };
  writeFileSync(path.join(folder, '.lockstep', 'local.json'), JSON.stringify(local));
  return folder;
}

describe('exit codes of the command line', () => {
  let toMongo: Link;
  let dashboard: ServedDashboard;
  let options: string[];
  beforeAll(async () => {
    const { port, pathname } = new URL((await namespace()).mongoUri.replace('mongodb:', 'http:'));
    toMongo = await Link.to(Number(port));
    const query = 'directConnection=true&serverSelectionTimeoutMS=300';
    const mongoUri = `mongodb://127.0.0.1:${toMongo.port}${pathname}?${query}`;
    dashboard = await ServedDashboard.start({ mongoUri });
    options = await optionsFor(dashboard.url);
  });
  afterAll(async () => {
    await dashboard.stop();
    await toMongo.close();
  });
  const run = (...args: string[]) => runOps([...options, ...args]);

  test('0 if nothing is critical, 1 if an operator is needed; the first line has the most urgent problem', async () => {
    const figures = () => Promise.resolve({});
    const worker = createHeartbeats(dashboard.redis, redisKeys(0), 'worker', figures, 'host:1');
    await worker.start?.();
    await run('queue', 'pause', '0', '--reason', 'to look', '--yes');
    const { code, stdout, stderr } = await run('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe('WARNING: Queue 0 is paused: its events are accepted and wait.');
    expect(stdout).toMatch(/PAUSED +1 queue: 0/);

    await worker.stop();
    const critical = await run('status');
    expect(critical).toMatchObject({ code: 1, stderr: '' });
    expect(critical.stdout).toMatch(/^CRITICAL: No workers are running/);
    await run('queue', 'resume', '0', '--reason', 'looked', '--yes');
  });

  test('--json prints only one JSON value to stdout, given before or after the verb', async () => {
    for (const args of [
      ['--json', 'status'],
      ['status', '--json'],
    ]) {
      const { code, stdout } = await run(...args);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ workers: 0, level: 'act' });
    }
  });

  test('url and token can be given after the verb, or in the environment', async () => {
    expect((await runOps(['queue', 'ls', ...options])).code).toBe(0);
    const [, url, , token = ''] = options;
    const env = { LOCKSTEP_URL: `${url}/`, LOCKSTEP_TOKEN: token };
    expect((await startOps(['queue', 'ls'], env).ended).code).toBe(0);
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
    const asked: string[] = [];
    const { url, close } = await stranger((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end('{}');
    });
    const folder = folderOf(url);
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('<url>', url)]),
    );
    const { code, stderr } = await runOps(['status'], env, folder);
    expect([code, asked]).toEqual([2, []]);
    expect(stderr).toContain(words);
    // If nothing is given, the folder's token is sent to the folder's address.
    await runOps(['status'], {}, folder);
    expect(asked).toEqual(['Bearer of-the-folder']);
    close();
  });

  test('the folder is the one in which the process runs', async () => {
    const asked: string[] = [];
    const { url, close } = await stranger((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end('{}');
    });
    await startOps(['status'], {}, folderOf(url)).ended;
    expect(asked).toEqual(['Bearer of-the-folder']);
    close();
  });

  test('a token does not follow a redirect', async () => {
    const asked: string[] = [];
    const { url, close } = await stranger((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await runOps(['status', '--url', url, '--token', 'viewer'])).code).toBe(3);
    expect(asked).toEqual(['/api/status']);
    close();
  });

  test.each([
    [
      'an unknown dedupe key',
      ['dedupe', 'release', 'cd'.repeat(32)],
      `404: no dedupe key of ${'cd'.repeat(32)}; searched: Redis (the only partition) and the journal`,
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
    ['an event', ['cd'.repeat(32)], 'Redis (the only partition) and the journal'],
    [
      'a webhook id',
      ['--webhook-id', 'w-1'],
      'Redis (the only partition); the journal; to find waiting events, give the shop',
    ],
  ])('1 for %s without a dedupe key; the message says what was searched', async (_what, sought, searched) => {
    const { code, stdout } = await run('dedupe', 'get', ...sought);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `No dedupe key found. Searched: ${searched}.\n`,
    });
  });

  test('a name that matches no shop is not reported as an empty installation', async () => {
    expect((await run('shop', 'ls')).stdout).toMatch(/^No shop has installed/);
    expect((await run('shop', 'ls', 'zzz')).stdout).toContain('No shop name contains zzz');
  });

  test("verify of one shop shows no figures of the others' waiting and parked events", async () => {
    for (const life of [1, 2]) {
      const events = lifeEvents(life);
      for (const event of events) await dashboard.depositor.deposit(event, null);
      if (events[0]) await dashboard.drain(events[0].order);
    }
    expect((await run('verify')).stdout).toMatch(/^waiting +0$/m);
    const { code, stdout } = await run('verify', '--shop', 'example.myshopify.com');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^orders +2$/m);
    expect(stdout).not.toMatch(/^(waiting|parked|spooled)/m);
  });

  test('0 for --help', async () => {
    const { code, stdout } = await runOps(['parked', 'replay', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--rate');
  });

  test('the process ends with the code', async () => {
    expect((await startOps(['statsu']).ended).code).toBe(2);
  });

  test('3 if Lockstep is unreachable or unknown, or another program answers', async () => {
    const nobody = await runOps(['--url', `http://127.0.0.1:${await freePort()}`, '--token', 'x', 'status']);
    expect(nobody).toMatchObject({ code: 3, stdout: '' });
    expect(nobody.stderr).toContain('cannot reach Lockstep at');
    expect((await runOps(['status'])).code).toBe(3);

    const { url, close } = await stranger((_request, response) => response.end('<html>'));
    const odd = await runOps(['--url', url, '--token', 'x', 'status']);
    close();
    expect(odd.code).toBe(3);
    expect(odd.stderr).toContain('not a Lockstep API response');
  });

  test('3 if MongoDB is down and the answer is there; the status still says what is wrong', async () => {
    toMongo.cut();
    await until(async () => (await run('status')).stdout.startsWith('CRITICAL: MongoDB is down'));
    const [orders, status] = [await run('order', 'ls'), await run('status')];
    toMongo.heal();
    expect(orders).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^503: MongoDB is down/),
    });
    expect(status.code).toBe(1);
    await until(async () => (await run('order', 'ls')).code === 0);
  });
});
