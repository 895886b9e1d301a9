import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { compose, DEMANDED, environmentOf } from '../support/compose.ts';
import { http } from '../support/http.ts';
import { buildImage, type Image } from '../support/image.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const PROJECT = path.resolve(import.meta.dirname, '..', '..');
/** npm ci twice, and the build: a minute on an idle machine. */
const BUILD_MS = 600_000;
const SHOP = 'image.myshopify.com';

/** Which setting of each program is the port of its /healthz. */
const PROGRAMS = {
  ingest: 'ADMIN_PORT',
  worker: 'ADMIN_PORT',
  dashboard: 'DASHBOARD_PORT',
  app: 'ADMIN_PORT',
} as const;

/**
 * A machine that has Node and npm and nothing of this project: no packages on the path, no settings of npm
 * test.
 */
function plainEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_|LOCKSTEP_)/i.test(name));
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const others = folders.filter((folder) => !folder.includes('node_modules'));
  const node = path.join(PROJECT, 'node_modules', 'node', 'bin');
  return {
    ...Object.fromEntries(own),
    PATH: [node, ...others].join(path.delimiter),
    npm_config_prefer_offline: 'true',
  };
}

/** A program of the image, with the command of its service. */
interface Started {
  url: (setting: string) => string;
  child: ChildProcess;
  heard: string;
}

describe('the steps of the Dockerfile, one by one', () => {
  let folder: string;
  let image: Image;
  const programs: Record<string, Started> = {};

  const start = async (name: string, servers: Record<string, string>): Promise<Started> => {
    const service = compose.services[name];
    const settings = environmentOf(service, {
      ...DEMANDED,
      APP_URL: 'https://lockstep.example.com',
      SHOPIFY_API_KEY: 'the-client-id',
      TOKEN_KEYS: `first:${'0a1b'.repeat(16)}`,
    });
    const ports: Record<string, string> = {};
    for (const setting of Object.keys(settings).filter((each) => each.endsWith('PORT')))
      ports[setting] = String(await freePort());
    const [command = '', ...args] = service?.command ?? [];
    const env = { ...plainEnv(), ...image.env, ...settings, ...servers, ...ports, BIND: '127.0.0.1' };
    const child = spawn(command, args, { cwd: image.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started: Started = {
      child,
      heard: '',
      url: (setting) => `http://127.0.0.1:${ports[setting]}`,
    };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (started.heard += chunk.toString()));
    return started;
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lockstep-image-'));
    image = buildImage(folder, plainEnv());
    const { redisUrl, mongoUri } = await namespace();
    for (const name of Object.keys(PROGRAMS))
      programs[name] = await start(name, { REDIS_URL: redisUrl, MONGODB_URI: mongoUri });
  }, BUILD_MS);

  afterAll(async () => {
    const ends = Object.values(programs).map(async ({ child }) => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    });
    await Promise.all(ends);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.entries(PROGRAMS))('%s starts and answers /healthz', async (name, setting) => {
    const { child, url, heard } = programs[name]!;
    const answer = async () => await http(`${url(setting)}/healthz`).catch(() => null);
    await until(async () => child.exitCode !== null || (await answer()) !== null, 60_000, name);
    expect({ code: child.exitCode, heard: child.exitCode === null ? '' : heard }).toEqual({
      code: null,
      heard: '',
    });
    expect((await answer())?.json).toEqual({ status: 'alive' });
  });

  test('an order is accepted, applied and shown', async () => {
    const life = lifeOf(randomFrom(3), SHOP, 1001, new Date('2026-11-20T10:00:00Z'), 'cancelled');
    const token = await mintToken(DEMANDED.OPS_JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    for (const delivery of life) {
      const headers = signedHeaders(delivery, DEMANDED.SHOPIFY_API_SECRET);
      const place = `${programs.ingest!.url('PORT')}/webhooks`;
      expect((await http(place, { method: 'POST', headers, body: delivery.body })).status).toBe(200);
    }
    const order = async () =>
      await http(`${programs.dashboard!.url('DASHBOARD_PORT')}/api/orders/${SHOP}/5820001001000`, {
        headers: { authorization: `Bearer ${token}` },
      });
    await until(async () => (await order()).json.status === 'cancelled', 60_000, 'the order is cancelled');
  });

  test('it has production packages only, and none under the SSPL', () => {
    expect(readdirSync(path.join(image.folder, 'node_modules'))).not.toContain('jest');
    expect(readdirSync(path.join(image.folder, 'node_modules'))).not.toContain('@0q');
  });

  test('it runs on the same Node as the tests', () => {
    for (const tag of image.from) expect(tag).toBe(`node:${process.versions.node}-bookworm-slim`);
  });

  test('its own command is ingest', () => {
    expect(image.command).toEqual(compose.services.ingest?.command);
  });
});
