import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCompletenessStore, type CompletenessStore } from '../../src/persist/completeness-store.ts';
import { createStatementSigner, type SignedStatement } from '../../src/system/signed-statement.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { carryOutCheck, differingIn, EQUAL } from '../operate/check-records.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { install } from '../operate/shop-records.ts';
import { runOps } from './run-ops.ts';

const SHOP = 'example.myshopify.com';
const OCTOBER = ['--from', '2026-10-01', '--to', '2026-10-31'];

describe('ops completeness', () => {
  let dashboard: ServedDashboard;
  let store: CompletenessStore;
  let globals: string[];
  const folder = mkdtempSync(path.join(tmpdir(), 'statements-'));
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    store = createCompletenessStore(dashboard.collections, Date.now);
    await install(dashboard.collections, SHOP);
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    globals = ['--url', dashboard.url, '--token', token];
  });
  beforeEach(() => dashboard.collections.completeness.deleteMany({}));
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await dashboard.stop();
  });

  const run = (...args: string[]) => runOps([...globals, 'completeness', ...args]);
  const statement = async () => {
    const running = run(SHOP, ...OCTOBER);
    const id = await carryOutCheck(store, EQUAL);
    await running;
    return (await run('statement', id)).stdout;
  };
  const saved = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test('equal numbers: the sentence, and exit code 0', async () => {
    const running = run(SHOP, ...OCTOBER);
    const id = await carryOutCheck(store, EQUAL);
    const { code, stdout, stderr } = await running;
    expect([code, stderr]).toEqual([0, `check ${id} requested\n`]);
    expect(stdout).toContain(
      '1–31 October 2026: 9,812 orders here, 9,812 at Shopify, compared on 2026-11-27 10:12 UTC.\n',
    );
    expect(stdout).not.toContain('To repair');
    expect(await store.one(id)).toMatchObject({ who: 'ada', reason: 'a check at the command line' });
  });

  test('different numbers: the days, the orders, how to repair them, and exit code 1', async () => {
    const running = run('check', SHOP, ...OCTOBER, '--reason', 'the month ended');
    const id = await carryOutCheck(store, differingIn(SHOP));
    const { code, stdout } = await running;
    expect(code).toBe(1);
    expect(stdout).toMatch(/2026-10-03 {2}311 {3}312 {9}-1/);
    expect(stdout).toContain(`${SHOP}/7  missing here`);
    expect(stdout).toContain(
      `To repair: ops reconcile --shop ${SHOP} --since 2026-10-03T04:00:00.000Z --yes --reason "…"`,
    );
    const shown = await run('show', id, '--json');
    expect([shown.code, JSON.parse(shown.stdout)]).toMatchObject([1, { id, isComplete: false }]);
    expect((await run('ls')).stdout).toContain(id);
  });

  test('a failed check says why, and the exit code is 1', async () => {
    const running = run(SHOP, ...OCTOBER);
    await carryOutCheck(store, 'access is forbidden (403)');
    const { code, stdout } = await running;
    expect([code, stdout.includes('not compared: access is forbidden (403)')]).toEqual([1, true]);
  });

  test.each([
    [[]],
    [[SHOP]],
    [[SHOP, '--from', '2026-10-01']],
    [[SHOP, '--from', '2026-10-02', '--to', '2026-10-01']],
  ])('%j is invalid usage and requests no check', async (args) => {
    expect((await run(...args)).code).toBe(2);
    expect(await store.open()).toEqual([]);
  });

  test('a statement is verified with the key of the running Lockstep, or with a given one', async () => {
    const text = await statement();
    const file = saved('good.json', text);
    const good = await run('verify', file);
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringMatching(/^The signature is valid: key [0-9a-f]{16}/),
    ]);
    const { publicKey } = createStatementSigner(JWT_SECRET);
    // Without a running Lockstep.
    const alone = await runOps(['completeness', 'verify', file, '--key', publicKey]);
    expect(alone.code).toBe(0);
    const other = await run('verify', file, '--key', createStatementSigner('another secret').publicKey);
    expect([other.code, other.stdout]).toEqual([
      1,
      expect.stringContaining('It was signed with another key'),
    ]);
    const changed = await run('verify', saved('changed.json', text.replace('"here": 9812', '"here": 9813')));
    expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining('is NOT valid')]);
    expect((await run('verify', saved('other.json', '{}'))).code).toBe(2);
    expect((await run('verify', path.join(folder, 'none.json'))).code).toBe(2);
  });

  test('a statement is verified with openssl, as the documents say', async () => {
    const { statement: said, signature } = JSON.parse(await statement()) as SignedStatement;
    const key = createPublicKey({
      key: Buffer.from(signature.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    const sorted = Object.fromEntries(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)));
    const files = {
      pubin: saved('key.pem', String(key.export({ format: 'pem', type: 'spki' }))),
      in: saved('statement', JSON.stringify(sorted)),
    };
    const signedBy = path.join(folder, 'signature');
    writeFileSync(signedBy, Buffer.from(signature.signed, 'base64'));
    const args = ['pkeyutl', '-verify', '-pubin', '-inkey', files.pubin, '-rawin', '-in', files.in];
    expect(execFileSync('openssl', [...args, '-sigfile', signedBy], { encoding: 'utf8' })).toContain(
      'Signature Verified Successfully',
    );
  });
});
