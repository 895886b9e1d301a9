import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readToken } from '../../../src/watch/sign-in/tokens.ts';
import { until } from '../../support/until.ts';
import type { ServedRoutes } from '../served-routes.ts';
import { CLAIM, EVENT, ORDER } from './recorded-answers.ts';
import { serveRecorded } from './recorded-api.ts';
import type { Recorded } from './recorded.ts';
import { runOps, startOps } from './run-ops.ts';

describe('what changes something', () => {
  let recorded: Recorded;
  let served: ServedRoutes;
  beforeAll(async () => {
    ({ recorded, served } = await serveRecorded());
  });
  afterAll(() => served.stop());
  beforeEach(() => {
    recorded.bodies.length = 0;
    recorded.looksUntilDone = 1;
  });
  const globals = (role = 'operator') => ['--url', served.url, '--token', role];
  const run = (...args: string[]) => runOps([...globals(), ...args]);

  const reason = 'the 3 a.m. page';
  const replayAll = ['parked', 'replay', '--all', '--reason', reason, '--yes'];
  const CHANGES = [
    {
      args: ['dedupe', 'release', EVENT, '--confirm'],
      would: 'its next delivery would be taken',
      body: { confirm: true, firstSeenAt: CLAIM.firstSeenAt },
    },
    {
      args: ['lock', 'release', ORDER, '--token', 'f00d', '--insist'],
      would: 'The lock would be taken',
      body: { token: 'f00d', insist: true },
    },
    {
      args: ['order', 'rebuild', ORDER],
      would: 'facts.totalPrice: stored 999.00, by the journal 189.00',
      body: { dryRun: false },
    },
    { args: ['queue', 'pause', '1'], would: 'also over restarts', body: {} },
    {
      args: ['parked', 'discard', '--all'],
      would: '3 parked events would be discarded',
      body: { which: {}, dryRun: false },
    },
  ];
  /** Dry runs of lists that are counted by the API, which keeps nothing of them. */
  const changes = () => recorded.bodies.filter((body) => !(body as { dryRun?: boolean }).dryRun);

  test.each(CHANGES)(
    '$args.0 $args.1 only says what it would do, and needs no reason for that',
    async ({ args, would }) => {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(stdout).toContain(would);
      expect(stdout).toContain('Nothing was changed: add --yes and a --reason.');
      expect(changes()).toEqual([]);
      const json = JSON.parse((await run(...args, '--json')).stdout) as object;
      expect(json).toMatchObject({ dryRun: true });
    },
  );

  test.each(CHANGES)('$args.0 $args.1 --yes needs a reason', async ({ args }) => {
    const { code, stderr } = await run(...args, '--yes');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--yes needs a --reason: it is kept in the audit\n',
    });
    expect(recorded.bodies).toEqual([]);
  });

  test.each(CHANGES)('$args.0 $args.1 --yes does it, and says what was done', async ({ args, body }) => {
    const { code, stdout } = await run(...args, '--reason', reason, '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'it was done\n' });
    expect(recorded.bodies).toEqual([{ ...body, reason }]);
  });

  test.each([
    [['dedupe', 'release', EVENT], 'it is applied; that needs --confirm'],
    [['lock', 'release', ORDER, '--token', 'beef'], 'the holder is another than that of the token given'],
    [['parked', 'replay', '--all'], 'nothing that is parked is among these'],
    [['parked', 'discard', '--all'], 'nothing that is parked is among these'],
  ])('what would be refused is not promised, and ends as refused: %j', async (args, words) => {
    recorded.counted = 0;
    const { code, stdout } = await run(...args);
    const json = JSON.parse((await run(...args, '--json')).stdout) as object;
    recorded.counted = 3;
    expect(code).toBe(1);
    expect(stdout).toContain(`It would be refused: ${words}`);
    expect(stdout).not.toContain('--yes');
    expect(json).toMatchObject({ dryRun: true, refused: expect.stringContaining(words) });
  });

  test('a queue that is not there is refused before anything is asked of it', async () => {
    expect((await run('queue', 'pause', '7')).code).toBe(1);
  });

  test('a replay counts; with --yes it is followed to its end', async () => {
    const args = ['parked', 'replay', EVENT, EVENT];
    const counted = await run(...args);
    expect(counted.stdout).toContain('3 parked events would be replayed, 20 a second.');
    expect(recorded.bodies).toMatchObject([{ dryRun: true, which: { events: [EVENT] }, rate: 20 }]);

    const { code, stdout, stderr } = await run(...args, '--reason', reason, '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Replay [0-9a-f-]{36} is done: 3 of 3 events were put back/);
    expect(stderr).toContain('Ctrl-C aborts it');
    expect(recorded.bodies.at(-1)).toMatchObject({ dryRun: false, reason });
  });

  test('a replay is over when its events have ended: those that are parked again are told, and refused', async () => {
    recorded.ends = [
      { replayed: 3, stillWaiting: 3 },
      { replayed: 3, stillWaiting: 1, parkedAgain: 1 },
      { replayed: 3, stillWaiting: 0, parkedAgain: 2 },
    ];
    const { code, stdout, stderr } = await run(...replayAll);
    recorded.ends = [{ replayed: 3 }];
    expect(code).toBe(1);
    expect(stdout).toContain('3 of 3 events were put back into their mailboxes.\n2 were PARKED AGAIN');
    expect(stdout).not.toContain('still wait');
    expect(stderr).toContain('waiting until they have ended');
  });

  test('what another replay took is said, and is no failure', async () => {
    recorded.ends = [{ replayed: 1 }];
    const { code, stdout } = await run(...replayAll);
    recorded.ends = [{ replayed: 3 }];
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 3 events were put back');
    expect(stdout).toContain('The other 2 were parked no more: another replay or a discard took them.');
  });

  test('everything that is parked is replayed only when that is said', async () => {
    await run('parked', 'replay', '--all', '--reason', reason);
    await run('parked', 'replay', '--topic', 'orders/paid', '--cause', 'x: #', '--reason', reason);
    expect(recorded.bodies).toMatchObject([
      { which: {} },
      { which: { topic: 'orders/paid', cause: 'x: #' } },
    ]);
  });

  test('Ctrl-C has the server abort a replay, and waits for it', async () => {
    recorded.looksUntilDone = Infinity;
    const { child, said, ended } = startOps([...globals(), ...replayAll]);
    await until(() => said.stderr.includes('Ctrl-C aborts it'));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toContain('was aborted: 1 of 3 events');
    expect(recorded.bodies.at(-1)).toEqual({ reason: 'Ctrl-C at the command line' });
  });

  test('a dashboard that is away for a moment does not end the following of a replay', async () => {
    recorded.looksUntilDone = Infinity;
    const { said, ended } = startOps([...globals(), ...replayAll]);
    await until(() => said.stderr.includes('Ctrl-C aborts it'));
    recorded.away = true;
    recorded.looksUntilDone = 0;
    // Looked at in vain at least once.
    const before = Date.now();
    await until(() => Date.now() - before > 1200);
    recorded.away = false;
    expect(await ended).toMatchObject({ code: 0 });
  });

  test('a token is minted by the API for an administrator, and signed here where none answers', async () => {
    const over = await runOps([...globals('admin'), 'token', 'mint', '--role', 'viewer', '--name', 'grace']);
    expect(over).toMatchObject({ code: 0, stdout: 'minted\n' });
    expect(recorded.bodies).toEqual([
      { name: 'grace', role: 'viewer', hours: 12, reason: 'minted by ada from the command line' },
    ]);

    const secret = 'a-jwt-secret-for-tests-of-32-characters';
    const here = await runOps(['token', 'mint', '--role', 'operator', '--json'], { OPS_JWT_SECRET: secret });
    const { token } = JSON.parse(here.stdout) as { token: string };
    expect(JSON.stringify(await readToken(secret, token))).toContain('"role":"operator"');
    expect(here.stdout + here.stderr).not.toContain(secret);
    const without = await runOps(['token', 'mint']);
    expect(without).toMatchObject({ code: 2 });
  });
});
