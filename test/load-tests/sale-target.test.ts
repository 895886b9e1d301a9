import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Target } from '../../load-tests/sale/stack.ts';
import { openTarget } from '../../load-tests/sale/target.ts';
import { freePort } from '../../testkit/local/ports.ts';
import type { LocalFile } from '../../testkit/local/state.ts';

const GIVEN = {
  SHOPIFY_API_SECRET: 'a-secret',
  REDIS_URL: 'redis://127.0.0.1:1/5',
  MONGODB_URI: 'mongodb://127.0.0.1:1/one',
};

const ENV = process.env;
const surroundings = (env: NodeJS.ProcessEnv) => {
  process.env = env;
};
afterEach(() => {
  process.env = ENV;
});

const open = (url: string, really?: string) => openTarget({ url, really, workers: 1 });

describe('a URL that is not on this machine', () => {
  const FAR = [
    'http://example.com',
    'https://shop.example.com:8443/webhooks',
    'http://10.0.0.1:3000',
    'http://0.0.0.0:3000',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1@example.com',
    'http://[2001:db8::1]:3000',
  ];

  test.each(FAR)('%s is refused, with a hint on how to allow it', async (url) => {
    surroundings(GIVEN);
    await expect(open(url)).rejects.toThrow(`${url} is not on this machine`);
    await expect(open(url)).rejects.toThrow(`--really ${url}`);
  });

  test('is refused if --really names another', async () => {
    surroundings(GIVEN);
    await expect(open('http://example.com', 'http://example.org')).rejects.toThrow('not on this machine');
    await expect(open('http://example.com', 'true')).rejects.toThrow('not on this machine');
    await expect(open('http://example.com', 'http://127.0.0.1')).rejects.toThrow('not on this machine');
  });

  test('is accepted if it is given twice', async () => {
    surroundings(GIVEN);
    const url = 'https://staging.example.com';
    expect(await open(url, url)).toMatchObject({ ingestUrl: url, secret: 'a-secret' });
  });
});

describe('a URL on this machine', () => {
  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]'])(
    '%s is accepted with the settings in the environment',
    async (host) => {
      surroundings({ ...GIVEN, PARTITIONS: '4' });
      const url = `${host}:${await freePort()}`;
      expect(await open(`${url}/webhooks`)).toEqual({
        ingestUrl: url,
        secret: 'a-secret',
        redisUrl: GIVEN.REDIS_URL,
        mongoUri: GIVEN.MONGODB_URI,
        partitions: 4,
        workerUrls: [],
        close: expect.any(Function),
      });
    },
  );

  test('an empty setting counts as missing', async () => {
    const url = `http://localhost:${await freePort()}`;
    surroundings({ ...GIVEN, PARTITIONS: '' });
    expect(await open(url)).toMatchObject({ partitions: 1 });
    surroundings({ ...GIVEN, REDIS_URL: '' });
    await expect(open(url)).rejects.toThrow('REDIS_URL');
  });

  test.each(Object.keys(GIVEN))('one that npm start does not serve needs %s', async (missing) => {
    const url = `http://localhost:${await freePort()}`;
    surroundings({ ...GIVEN, [missing]: undefined });
    const refused = open(url);
    await expect(refused).rejects.toThrow(`npm start does not serve ${url} here`);
    for (const name of Object.keys(GIVEN)) await expect(refused).rejects.toThrow(name);
  });
});

test.each(['localhost', 'localhost:3000', 'redis://localhost', ''])(
  '%p is refused as not a URL',
  async (text) => {
    await expect(open(text)).rejects.toThrow(`${text} is not a URL, such as http://localhost:3000`);
  },
);

describe('what npm start serves here', () => {
  const project = path.resolve(import.meta.dirname, '..', '..');
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-copy-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What a copy of the project, with its own .lockstep/, makes of a URL; or why it refuses it. */
  function openInCopy(url: string): Target {
    const program = `import { openTarget } from './load-tests/sale/target.ts';
      process.stdout.write(JSON.stringify(await openTarget({ url: '${url}', workers: 1 })));`;
    const args = ['--input-type=module', '--eval', program];
    return JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env: {} }).toString()) as Target;
  }

  test('needs no settings, with either of its names', () => {
    for (const name of ['src', 'scripts', 'testkit', 'load-tests', 'package.json'])
      cpSync(path.join(project, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(project, 'node_modules'), path.join(folder, 'node_modules'));
    const local: LocalFile = {
      pid: process.pid,
      ingestUrl: 'http://localhost:3999',
      dashboardUrl: 'http://localhost:4000',
      shopifySecret: 'made-here',
      adminToken: 'any',
      redisUrl: 'redis://127.0.0.1:4001',
      mongoUri: 'mongodb://127.0.0.1:4002/lockstep',
    };
    mkdirSync(path.join(folder, '.lockstep'));
    writeFileSync(path.join(folder, '.lockstep', 'local.json'), JSON.stringify(local));
    const { redisUrl, mongoUri } = local;
    for (const ingestUrl of ['http://localhost:3999', 'http://127.0.0.1:3999'])
      expect(openInCopy(ingestUrl)).toMatchObject({ ingestUrl, secret: 'made-here', redisUrl, mongoUri });
  });
});
