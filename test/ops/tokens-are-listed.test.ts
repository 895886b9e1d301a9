import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenId } from '../../src/system/tokens.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { optionsFor, runOps } from './run-ops.ts';

describe('ops token', () => {
  let dashboard: ServedDashboard;
  let options: string[];
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    options = await optionsFor(dashboard.url, 'admin');
  });
  afterAll(() => dashboard.stop());

  const run = (...args: string[]) => runOps([...options, ...args]);
  async function minted(name: string): Promise<string> {
    const { code, stdout } = await run('token', 'mint', '--name', name);
    expect(code).toBe(0);
    return stdout.trim();
  }
  /** Prints a one-time link, and signs in with it. @returns its id */
  async function usedLink(): Promise<string> {
    const { stdout } = await run('sign-in', '--json');
    const { code } = JSON.parse(stdout) as { code: string };
    expect((await dashboard.tell('/api/session', { once: code })).status).toBe(200);
    return tokenId(code);
  }
  const expire = (id: string) =>
    dashboard.collections.tokens.updateOne({ _id: id }, { expiresAt: new Date(Date.now() - 60_000) });

  test('ls shows the state of each token, and never a used link as active', async () => {
    const [active, expired, revoked] = [await minted('abe'), await minted('bob'), await minted('eve')];
    const [newLink, oldLink] = [await usedLink(), await usedLink()];
    await expire(tokenId(expired));
    await expire(oldLink);
    const { stdout: done } = await run('token', 'revoke', revoked, '--reason', 'she left', '--yes');
    expect(done).toMatch(/^revoked, with all links and sessions made from it/);

    const { code, stdout } = await run('token', 'ls');
    expect(code).toBe(0);
    const states = stdout
      .split('\n')
      .flatMap((row) => [...row.matchAll(/^([0-9a-f]{16}) +(\S+) .* {2}(\S.*)$/g)])
      .map(([, id, name, state]) => [id, name, state]);
    expect(states).toEqual(
      expect.arrayContaining([
        [tokenId(active), 'abe', 'active'],
        [tokenId(expired), 'bob', 'expired'],
        [tokenId(revoked), 'eve', 'revoked by ada'],
        [newLink, 'ada', 'used'],
        [oldLink, 'ada', 'used'],
      ]),
    );
  });

  test('revoke is recorded with its reason, and the token is refused at once', async () => {
    const token = await minted('mallory');
    expect((await dashboard.getWith('/api/status', token)).status).toBe(200);
    await run('token', 'revoke', token, '--reason', 'it leaked', '--yes');
    expect((await dashboard.getWith('/api/status', token)).status).toBe(401);
    const acts = await dashboard.collections.audit.find({ target: `token ${tokenId(token)}` }).lean();
    expect(acts).toMatchObject([
      { action: 'token.revoke', who: 'ada', reason: 'it leaked', outcome: 'done' },
    ]);
  });
});
