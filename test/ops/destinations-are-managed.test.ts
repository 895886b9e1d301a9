import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storedEffect, storeEffects, TOKEN_KEYS } from '../operate/stored-effects.ts';
import { Receiver } from '../publish/receiver.ts';
import { ServedOps } from './served-ops.ts';

const REASON = 'the ERP moves';
const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-destination-'));

describe('ops destination', () => {
  let ops: ServedOps;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.open();
    ops = await ServedOps.start({ TOKEN_KEYS });
  });
  afterAll(async () => {
    await ops?.stop();
    await receiver?.close();
    rmSync(folder, { recursive: true });
  });

  const admin = (...args: string[]) => ops.as('admin', 'destination', ...args);
  const yes = ['--yes', '--reason', REASON];
  const stored = async (name = 'erp') => await ops.dashboard.collections.destinations.findById(name).lean();
  function file(content: object | string): string {
    const name = path.join(folder, 'destination.json');
    writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
    return name;
  }
  const settings = () => ({ url: receiver.url, allowPrivate: true, on: ['orders/paid'] });

  test('without destinations, it says how to add one', async () => {
    const { code, stdout } = await admin('ls');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('destination put <name>') });
  });

  test('put only shows what it would add, and no secret of the file', async () => {
    const secret = `whsec_${'A'.repeat(44)}`;
    const { code, stdout } = await admin('put', 'erp', '--file', file({ ...settings(), secrets: [secret] }));
    expect({ code, stored: await stored() }).toEqual({ code: 0, stored: null });
    expect(stdout).toContain('Destination erp would be added');
    expect(stdout).toContain('on: ["orders/paid"]');
    expect(stdout).toContain('secrets: 1 given');
    expect(stdout).toContain('Nothing was changed.');
    expect(stdout).not.toContain(secret);
  });

  test.each([
    ['no such file', () => path.join(folder, 'nowhere.json'), 'ENOENT'],
    ['not JSON', () => file('{"secrets": ["whsec_x"'), 'not a JSON object'],
    ['a list', () => file('[]'), 'not a JSON object'],
  ])('%s is invalid usage', async (_what, name, words) => {
    const { code, stderr } = await admin('put', 'erp', '--file', name(), ...yes);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
    expect(stderr).not.toContain('whsec');
  });

  test('the API names a field that is invalid', async () => {
    const { code, stderr } = await admin('put', 'erp', '--file', file({ url: 'file:///etc/passwd' }), ...yes);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('url') });
    expect(await stored()).toBeNull();
  });

  test('put --yes adds it; the secret that was made is printed once, with a sentence', async () => {
    const { code, stdout } = await admin('put', 'erp', '--file', file(settings()), ...yes);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Destination erp: added: .*\n.*shown only now.*\nwhsec_[A-Za-z0-9+/=]+\n$/);
    expect(await stored()).toMatchObject({ on: ['orders/paid'], revision: 1 });
    expect(await ops.audited('destination.put')).toEqual([
      { target: 'destination erp', reason: REASON, outcome: 'done' },
    ]);
    for (const args of [
      ['show', 'erp'],
      ['ls', '--json'],
      ['show', 'erp', '--json'],
    ])
      expect((await ops.as('viewer', 'destination', ...args)).stdout).not.toContain('whsec_');
  });

  test('put of a known destination shows what differs, then changes it and makes no secret', async () => {
    const changed = file({ ...settings(), concurrency: 3 });
    const { stdout: shown } = await admin('put', 'erp', '--file', changed);
    expect(shown).toContain('concurrency: 10 -> 3');
    expect(shown).not.toContain('  url:');
    const { stdout } = await admin('put', 'erp', '--file', changed, ...yes);
    expect(stdout).toBe('Destination erp: changed: revision 2\n');
    expect(await stored()).toMatchObject({ concurrency: 3, revision: 2 });
  });

  test('a test sends a signed sample, and exits with 1 if it is refused', async () => {
    expect((await ops.run('destination', 'test', 'erp')).stdout).toContain('A sample would be sent');
    expect(receiver.received).toEqual([]);
    const done = await ops.run('destination', 'test', 'erp', ...yes);
    expect({ code: done.code, stdout: done.stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^sent a sample: it answered 200\n\nanswer +200\n/),
    });
    expect(receiver.bodies).toEqual([expect.objectContaining({ type: 'lockstep/test' })]);
    receiver.answering = () => ({ status: 401 });
    expect(await ops.run('destination', 'test', 'erp', ...yes)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('it answered 401'),
    });
  });

  test('pause and resume change its state only with --yes', async () => {
    expect((await ops.run('destination', 'pause', 'erp')).stdout).toContain('Its effects would wait.');
    expect((await stored())?.state).toBe('active');
    const paused = await ops.run('destination', 'pause', 'erp', ...yes);
    expect(paused).toMatchObject({ code: 0, stdout: 'Destination erp: paused: its effects wait\n' });
    expect(await stored()).toMatchObject({ state: 'paused', because: REASON });
    expect((await ops.run('destination', 'ls')).stdout).toMatch(/^erp +PAUSED /m);
    expect((await ops.run('destination', 'resume', 'erp', ...yes)).code).toBe(0);
    expect((await stored())?.state).toBe('active');
  });

  test('windows and an end are in its file; show says what they do now', async () => {
    const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date().getUTCDay()];
    const always = { days: [day], from: '00:00', to: '24:00', timeZone: 'UTC' };
    const night = { from: '00:00', to: '06:00', timeZone: 'UTC' };
    const pauses = file({ ...settings(), pauseWindows: [always, night] });
    expect((await admin('put', 'erp', '--file', pauses)).stdout).toContain('pauseWindows: [] -> [{"days":["');
    expect((await admin('put', 'erp', '--file', pauses, ...yes)).code).toBe(0);
    const paused = (await admin('show', 'erp')).stdout;
    expect(paused).toMatch(/^Destination erp is paused until .*06:00 UTC by its pause window/);
    expect(paused).toMatch(/^pause windows +\w{3} 00:00-24:00 UTC; 00:00-06:00 UTC$/m);
    expect(paused).toMatch(/^other side +not asked while paused$/m);
    expect((await admin('ls')).stdout).toMatch(/^erp +paused until .*06:00 UTC /m);
    const wrong = file({ ...settings(), pauseWindows: [{ ...night, timeZone: 'Berlin' }] });
    expect(await admin('put', 'erp', '--file', wrong, ...yes)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not the name of a time zone, such as Europe/Berlin'),
    });
    const ends = file({ ...settings(), until: '2026-11-01T00:00:00Z' });
    expect((await admin('put', 'erp', '--file', ends, ...yes)).code).toBe(0);
    const ended = (await admin('show', 'erp')).stdout;
    expect(ended).toMatch(/^Destination erp ended 2026-11-01 00:00:00: it gets no new effects/);
    expect(ended).toMatch(/^other side +not asked any more$/m);
    await admin('put', 'erp', '--file', file(settings()), ...yes);
    expect((await admin('show', 'erp')).stdout).toMatch(/^other side +accepts messages$/m);
  });

  test('backfill sends the history to a destination that exists, and put --from to a new one', async () => {
    expect((await admin('backfill', 'erp', '--from', 'beginning')).stdout).toContain('Nothing was changed.');
    expect((await stored())?.backfill).toBeUndefined();
    const started = await admin('backfill', 'erp', '--from', 'beginning', ...yes);
    expect(started.stdout).toBe('Destination erp: started to send all changes from the beginning\n');
    expect((await admin('show', 'erp')).stdout).toMatch(
      /^backfill +from the beginning: 0 effects of 0 of about \?$/m,
    );
    expect((await admin('backfill', 'erp', '--from', 'beginning', ...yes)).code).toBe(1);
    expect((await admin('backfill', 'erp', ...yes)).code).toBe(2);
    const added = await admin(
      'put',
      'new',
      '--file',
      file(settings()),
      '--from',
      '2026-11-01T00:00:00Z',
      ...yes,
    );
    expect(added.stdout).toContain(
      'it gets the changes since 2026-11-01T00:00:00.000Z, and then what is new',
    );
    expect((await admin('put', 'new', '--file', file(settings()), '--from', 'soon', ...yes)).code).toBe(2);
    await admin('rm', 'new', ...yes);
  });

  test('roles are checked by the API', async () => {
    const put = await ops.run('destination', 'put', 'erp', '--file', file(settings()), ...yes);
    const pause = await ops.as('viewer', 'destination', 'pause', 'erp', ...yes);
    expect([put.code, pause.code]).toEqual([1, 1]);
    expect([put.stderr, pause.stderr]).toEqual([
      expect.stringContaining('admin'),
      expect.stringContaining('operator'),
    ]);
  });

  test('rm says how many effects it would skip, then deletes and skips them', async () => {
    await storeEffects(ops.dashboard.collections, [
      storedEffect(1, { state: 'done' }),
      storedEffect(2),
      storedEffect(3, { state: 'parked' }),
    ]);
    expect((await admin('rm', 'erp')).stdout).toContain('It would be deleted, and 2 open effects skipped.');
    expect(await stored()).not.toBeNull();
    const { stdout } = await admin('rm', 'erp', ...yes);
    expect(stdout).toContain('effects that were not sent, and are skipped now: 2');
    const effects = await ops.dashboard.collections.effects.find().sort({ version: 1 }).lean();
    expect(effects.map(({ state }) => state)).toEqual(['done', 'skipped', 'skipped']);
    expect(await stored()).toBeNull();
    expect((await admin('show', 'erp')).code).toBe(1);
  });
});
