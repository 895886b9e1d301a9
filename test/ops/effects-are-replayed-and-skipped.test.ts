import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { effectId, storedEffect, storeEffects, TOKEN_KEYS } from '../operate/stored-effects.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedOps } from './served-ops.ts';

const REASON = 'the ERP is repaired';
const OTHER = keyOf('5820001002000');
const DESTINATION = { url: 'https://erp.example.com/hook', reason: REASON };

describe('ops effects', () => {
  let ops: ServedOps;
  beforeAll(async () => {
    ops = await ServedOps.start({ TOKEN_KEYS });
    const { status } = await ops.dashboard.put('/api/destinations/erp', DESTINATION, 'admin');
    expect(status).toBe(200);
  });
  afterAll(() => ops?.stop());
  beforeEach(async () => {
    const { effects, audit } = ops.dashboard.collections;
    await Promise.all([effects.collection.deleteMany({}), audit.collection.deleteMany({})]);
    await storeEffects(ops.dashboard.collections, [
      storedEffect(1, { state: 'done', attempts: 1, receipt: { at: new Date(), answer: '200', ms: 7 } }),
      storedEffect(2, { state: 'parked', attempts: 11, lastError: 'it answered 422' }),
      storedEffect(3, { late: true }),
      storedEffect(4, { order: OTHER, state: 'parked', attempts: 11, lastError: 'it answered 422' }),
      storedEffect(5, { order: OTHER, destination: 'wms', state: 'in_doubt' }),
    ]);
  });

  const run = (...args: string[]) => ops.run('effects', ...args);
  const yes = ['--yes', '--reason', REASON];
  const states = async () => {
    const all = await ops.dashboard.collections.effects.find().sort({ version: 1 }).lean();
    return all.map(({ state }) => state);
  };
  const BEFORE = ['done', 'parked', 'waiting', 'parked', 'in_doubt'];
  const shown = (stdout: string) => [...stdout.matchAll(/ef_0+(\d)$/gm)].map(([, digit]) => Number(digit));

  test.each([
    [[], [5, 4, 3, 2, 1]],
    [
      ['--destination', 'erp'],
      [4, 3, 2, 1],
    ],
    [
      ['--order', OTHER],
      [5, 4],
    ],
    [
      ['--state', 'parked', '--destination', 'erp'],
      [4, 2],
    ],
    [
      ['--limit', '2'],
      [5, 4],
    ],
  ])('ls %j lists %j, newest first', async (args, numbers) => {
    const { code, stdout } = await ops.as('viewer', 'effects', 'ls', ...args);
    expect({ code, numbers: shown(stdout) }).toEqual({ code: 0, numbers });
    const json = JSON.parse((await run('ls', ...args, '--json')).stdout) as { effects: { id: string }[] };
    expect(json.effects.map(({ id }) => id)).toEqual(numbers.map(effectId));
  });

  test('ls says if nothing matches, and if there are older ones', async () => {
    expect((await run('ls', '--destination', 'nowhere')).stdout).toBe('No effects match.\n');
    expect((await run('ls', '--limit', '2')).stdout).toContain('older effects: use --limit');
    expect((await run('ls', '--state', 'lost')).code).toBe(2);
  });

  test('order shows the effects of one order in sequence, with attempts, answers and errors', async () => {
    const { stdout } = await run('order', keyOf('5820001001000'));
    expect(shown(stdout)).toEqual([1, 2, 3]);
    expect(stdout).toMatch(/^2 +erp +orders\/updated +parked +11 .*it answered 422/m);
    expect(stdout).toMatch(/^3 +erp +orders\/updated \(late\) +waiting/m);
    expect((await run('order', keyOf('7'))).stdout).toContain('has set off no effects');
  });

  test('order shows the newest 1,000: where an order is now depends on them', async () => {
    const order = keyOf('8');
    const many = Array.from({ length: 1001 }, (_, i) => storedEffect(100 + i, { order, state: 'done' }));
    await storeEffects(ops.dashboard.collections, many);
    const { stdout } = await run('order', order, '--json');
    const { effects } = JSON.parse(stdout) as { effects: { version: number }[] };
    expect([effects.length, effects[0]?.version, effects.at(-1)?.version]).toEqual([1000, 101, 1100]);
  });

  test.each([
    ['replay', ['--state', 'parked'], '2 effects would be replayed.'],
    ['replay', ['--id', effectId(1)], '1 effect would be replayed.'],
    ['skip', ['--order', OTHER], '2 effects would be skipped.'],
  ])('%s %j only counts, and needs no reason', async (way, args, words) => {
    const { code, stdout } = await run(way, ...args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(words) });
    expect(stdout).toContain('Nothing was changed. To apply this, add --yes and --reason.');
    expect([await states(), await ops.dashboard.collections.audit.countDocuments()]).toEqual([BEFORE, 0]);
  });

  test.each([
    [
      'replay',
      ['--destination', 'erp', '--state', 'parked'],
      ['done', 'waiting', 'waiting', 'waiting', 'in_doubt'],
    ],
    ['replay', ['--id', effectId(1), effectId(2)], ['waiting', 'waiting', 'waiting', 'parked', 'in_doubt']],
    ['skip', ['--id', effectId(2)], ['done', 'skipped', 'waiting', 'parked', 'in_doubt']],
    ['skip', ['--order', OTHER], ['done', 'parked', 'waiting', 'skipped', 'skipped']],
  ])('%s %j --yes changes the stored effects, with an entry in the audit log', async (way, args, after) => {
    const { code, stdout, stderr } = await run(way, ...args, ...yes);
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/: \d/),
    });
    expect(await states()).toEqual(after);
    expect(await ops.audited(`effects.${way}`)).toEqual([
      { target: expect.stringMatching(/^effects: /), reason: REASON, outcome: 'done' },
    ]);
  });

  test('a replayed effect starts again from its first attempt', async () => {
    await run('replay', '--id', effectId(2), ...yes);
    const effect = await ops.dashboard.collections.effects.findById(effectId(2)).lean();
    expect(effect).toMatchObject({ state: 'waiting', open: true, failures: 0 });
  });

  test('if nothing matches, the dry run says that it would be refused, and so it is', async () => {
    const dry = await run('replay', '--destination', 'nowhere');
    expect(dry).toMatchObject({ code: 1, stdout: expect.stringContaining('refused: no effects match') });
    expect((await run('replay', '--destination', 'nowhere', ...yes)).code).toBe(1);
  });

  test.each([
    [['replay']],
    [['skip', '--id', effectId(1), '--state', 'parked']],
    [['skip', '--state', 'parked', '--yes']],
    [['replay', '--id', 'ef_7']],
  ])('%j is invalid usage', async (args) => {
    expect((await run(...args)).code).toBe(2);
    expect(await states()).toEqual(BEFORE);
  });

  test('a viewer may not replay', async () => {
    expect((await ops.as('viewer', 'effects', 'replay', '--state', 'parked', ...yes)).code).toBe(1);
    expect(await states()).toEqual(BEFORE);
  });
});
