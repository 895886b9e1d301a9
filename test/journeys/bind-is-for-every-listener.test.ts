import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../testkit/local/ports.ts';
import { descendantsOf, listenersOf } from '../support/listeners.ts';
import { ProjectCopy } from '../support/project-copy.ts';
import { Stack } from '../support/stack.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

describe('BIND applies to every listener of every program', () => {
  let stack: Stack;
  beforeAll(async () => {
    const appPort = await freePort();
    stack = await Stack.start({
      env: {
        BIND: '127.0.0.1',
        SHOPIFY_API_KEY: 'the-client-id',
        APP_URL: `http://localhost:${appPort}`,
        TOKEN_KEYS: `first:${'0a1b'.repeat(16)}`,
      },
    });
    await stack.startApp(appPort);
    // Ingest and app also have a separate port for health and metrics.
    await stack.startIngest(String(await freePort()));
    await stack.startApp(await freePort(), String(await freePort()));
  }, 120_000);
  afterAll(() => stack.stop());

  onLinux('with an address, it is the only one', () => {
    const found = stack.programs.map(({ name, child }) => [name, listenersOf(child.pid ?? 0)]);
    expect(found).toEqual([
      ['ingest', ['127.0.0.1']],
      ['worker', ['127.0.0.1']],
      ['dashboard', ['127.0.0.1']],
      ['app', ['127.0.0.1']],
      ['ingest', ['127.0.0.1', '127.0.0.1']],
      ['app', ['127.0.0.1', '127.0.0.1']],
    ]);
  });
});

describe('npm start -- --fake-shopify', () => {
  const copy = new ProjectCopy();
  afterAll(() => copy.remove());

  onLinux(
    'listens on this machine only, with all that it starts',
    async () => {
      const { child, ended } = await copy.start('--fake-shopify');
      const all = [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)];
      const found = all.flatMap(listenersOf);
      // Redis, MongoDB, the simulated Shopify, and four programs.
      expect(found.length).toBeGreaterThanOrEqual(7);
      expect([...new Set(found)]).toEqual(['127.0.0.1']);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
    120_000,
  );
});
