import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../scripts/local/ports.ts';
import type { ServedRoutes } from '../served-routes.ts';
import { EVENT, ORDER } from './recorded-answers.ts';
import { serveRecorded } from './recorded-api.ts';
import type { Recorded } from './recorded.ts';
import { runOps, startOps } from './run-ops.ts';

describe('exit codes of the command line', () => {
  let recorded: Recorded;
  let served: ServedRoutes;
  beforeAll(async () => {
    ({ recorded, served } = await serveRecorded());
  });
  afterAll(() => served.stop());
  const run = (...args: string[]) => runOps(['--url', served.url, '--token', 'operator', ...args]);

  test('0 where all is well, and the first line says the state', async () => {
    const { code, stdout, stderr } = await run('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe('LOOK: Partition 1 is paused.');
    expect(stdout).toMatch(/PAUSED +1 queue: 1/);
  });

  test('1 where somebody is needed now', async () => {
    recorded.level = 'act';
    const { code, stdout, stderr } = await run('status');
    recorded.level = 'look';
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^ACT: /);
  });

  test('--json is one JSON value alone on stdout, before the verb and behind it', async () => {
    for (const args of [
      ['--json', 'status'],
      ['status', '--json'],
    ]) {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ workers: 2, level: 'look' });
    }
  });

  test('url and token may stand behind the verb, and in the environment', async () => {
    expect((await runOps(['status', '--url', served.url, '--token', 'viewer'])).code).toBe(0);
    const env = { LOCKSTEP_URL: `${served.url}/`, LOCKSTEP_TOKEN: 'viewer' };
    expect((await runOps(['status'], env)).code).toBe(0);
  });

  test.each([
    ['a token without its address', { LOCKSTEP_TOKEN: 'viewer' }, 'a token without its address'],
    ['an address without its token', { LOCKSTEP_URL: '<url>' }, 'an address without its token'],
    [
      'a token that would go over the network in the clear',
      { LOCKSTEP_URL: 'http://lockstep.example.com', LOCKSTEP_TOKEN: 'viewer' },
      'is not https',
    ],
    [
      'a name that only looks like this machine',
      { LOCKSTEP_URL: 'http://127.0.0.1.example.com', LOCKSTEP_TOKEN: 'viewer' },
      'is not https',
    ],
  ])('2 where %s: nothing is sent, whatever the folder says', async (_what, given, words) => {
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
    const { code, stderr } = await startOps(['status'], env, folder).ended;
    expect([code, asked]).toEqual([2, []]);
    expect(stderr).toContain(words);
    // Without anything given, the folder's own token goes to the folder's own address.
    await startOps(['status'], {}, folder).ended;
    expect(asked).toEqual(['Bearer of-the-folder']);
    sink.close();
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
      'a claim that nobody has',
      ['dedupe', 'release', 'cd'.repeat(32)],
      '404: no claim of it: looked in any partition',
    ],
    ['an event that nobody knows', ['event', 'abcd'], 'looked in the journal and among the parked'],
    ['a token that is not good', ['--token', 'forged', 'status'], '401: missing or invalid token'],
    ['a role too small', ['token', 'mint', '--name', 'x'], '403: the role admin is needed'],
    ['a name that no order has', ['order', '#1001'], 'looked in: names and ids of orders'],
  ])('1 where it was refused: %s', async (_what, args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
  });

  test.each([
    ['no verb', []],
    ['a verb that is none', ['statsu']],
    ['a required reason is missing', ['dedupe', 'release', EVENT, '--yes']],
    ['a time that is none', ['verify', '--since', 'yesterday']],
    ['a shop that is none', ['verify', '--shop', 'no shop']],
    ['a reason of two letters', ['dedupe', 'release', EVENT, '--reason', 'no']],
    ['a lock without the token that was shown', ['lock', 'release', ORDER, '--reason', 'it hangs']],
    ['no selection', ['parked', 'replay', '--reason', 'was fixed']],
    ['two selections', ['parked', 'replay', '--all', '--topic', 'orders/paid', '--reason', 'was fixed']],
    ['no event', ['event', 'xyz']],
    ['a payload unmasked without a reason', ['event', EVENT, '--unmask']],
    ['a place that leads elsewhere', ['order', 'shop/..']],
    ['three parts of an order', ['lock', 'get', 'a/b/c']],
    ['no partition', ['queue', 'pause', 'first', '--reason', 'a test']],
    ['a file without a shop', ['dedupe', 'get', '--file', '/dev/null']],
    ['a rate of nothing', ['parked', 'replay', '--all', '--reason', 'was fixed', '--rate', '0']],
    ['an address that is none', ['--url', 'ftp://x', 'status']],
    ['hours that are none', ['token', 'mint', '--hours', 'many']],
  ])('2 where it was used wrongly: %s', async (_what, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/\.ts:\d+/);
  });

  test('an event that was not seen yet: the words, and exit code 1', async () => {
    const { code, stdout } = await run('dedupe', 'get', 'cd'.repeat(32));
    expect(code).toBe(1);
    expect(stdout).toBe('Not seen yet: the next delivery is accepted. Searched: any partition\n');
  });

  test('a name that no shop has is not taken for silence', async () => {
    expect((await run('shop', 'ls')).stdout).toMatch(/^No shop has installed/);
    expect((await run('shop', 'ls', 'zzz')).stdout).toContain('none has zzz in its name');
  });

  test("verify of one shop tells nothing of the others' waiting and parked events", async () => {
    expect((await run('verify')).stdout).toMatch(/^waiting +0$/m);
    const { code, stdout } = await run('verify', '--shop', 'example.myshopify.com');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^orders +2$/m);
    expect(stdout).not.toMatch(/^(waiting|parked|spooled)/m);
  });

  test('--help is no wrong usage', async () => {
    const { code, stdout } = await runOps(['parked', 'replay', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--rate');
  });

  test('3 where nobody answers, nobody is known to ask, MongoDB is away, or another program answers', async () => {
    const nobody = await runOps(['--url', `http://127.0.0.1:${await freePort()}`, '--token', 'x', 'status']);
    expect(nobody).toMatchObject({ code: 3, stdout: '' });
    expect(nobody.stderr).toContain('does not answer');
    expect((await runOps(['status'])).code).toBe(3);

    recorded.away = true;
    const away = await run('status');
    recorded.away = false;
    expect(away).toMatchObject({ code: 3, stderr: '503: MongoDB is away\n' });

    const another = createServer((_request, response) => response.end('<html>')).listen(0);
    const { port } = another.address() as AddressInfo;
    const odd = await runOps(['--url', `http://127.0.0.1:${port}`, '--token', 'x', 'status']);
    another.close();
    expect(odd.code).toBe(3);
    expect(odd.stderr).toContain('not as Lockstep does');
  });
});
