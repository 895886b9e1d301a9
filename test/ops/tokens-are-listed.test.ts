import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken, tokenId } from '../../src/system/tokens.ts';
import { JWT_SECRET } from '../operate/served-dashboard.ts';
import { until } from '../support/until.ts';
import { ServedOps } from './served-ops.ts';

describe('ops token ls', () => {
  let ops: ServedOps;
  beforeAll(async () => {
    ops = await ServedOps.start();
  });
  afterAll(() => ops.stop());

  const mint = (name: string, kind?: 'once') =>
    mintToken(JWT_SECRET, { name, role: 'viewer', ...(kind && { kind }) }, 0.25);
  /** A token is recorded soon after its first use. */
  async function use(name: string, token: string): Promise<void> {
    expect((await ops.dashboard.getWith('/api/status', token)).status).toBe(200);
    const { tokens } = ops.dashboard.collections;
    await until(async () => (await tokens.countDocuments({ name })) > 0);
  }

  test('shows the state of each token, and never a used link as active', async () => {
    const { collections } = ops.dashboard;
    const eve = await mint('eve');
    await use('eve', eve);
    await use('bob', await mint('bob'));
    await use('ada', ops.globals('admin').at(-1) ?? '');
    const revoked = await ops.dashboard.post(
      `/api/tokens/${tokenId(eve)}/revoke`,
      { reason: 'lost' },
      'admin',
    );
    expect(revoked.status).toBe(200);
    for (const name of ['new-link', 'old-link'])
      expect((await ops.dashboard.tell('/api/session', { once: await mint(name, 'once') })).status).toBe(200);
    const longAgo = { $set: { expiresAt: new Date(Date.now() - 60_000) } };
    await collections.tokens.updateMany({ name: { $in: ['bob', 'old-link'] } }, longAgo);

    const { code, stdout } = await ops.as('admin', 'token', 'ls');
    expect(code).toBe(0);
    const rows = stdout.split('\n').filter((row) => /^[0-9a-f]{16} /.test(row));
    const states = rows.map((row) => row.split(/ {2,}/)).map((cells) => [cells[1], cells[2], cells.at(-1)]);
    expect(states.map((each) => each.join(' ')).toSorted()).toEqual([
      'ada token active',
      'bob token expired',
      'eve token revoked by test',
      'new-link once used',
      'new-link session active',
      'old-link once used',
      'old-link session expired',
      'test token active',
    ]);
  });
});
