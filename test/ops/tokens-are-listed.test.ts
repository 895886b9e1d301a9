import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedRoutes } from '../operate/served-routes.ts';
import { serveRecorded } from './recorded-api.ts';
import { runOps } from './run-ops.ts';

describe('ops token ls', () => {
  let served: ServedRoutes;
  beforeAll(async () => {
    ({ served } = await serveRecorded());
  });
  afterAll(() => served.stop());

  test('shows the state of each token, and never a used link as active', async () => {
    const { code, stdout } = await runOps(['--url', served.url, '--token', 'viewer', 'token', 'ls']);
    expect(code).toBe(0);
    const states = stdout.split('\n').flatMap((row) => /^a{16} +(\S+).*  (\S.*)$/.exec(row)?.slice(1) ?? []);
    expect(states).toEqual(
      [
        ['ada', 'active'],
        ['bob', 'expired'],
        ['eve', 'revoked by ada'],
        ['new-link', 'used'],
        ['old-link', 'used'],
      ].flat(),
    );
  });
});
