import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readToken } from '../../src/system/tokens.ts';
import { until } from '../support/until.ts';
import type { ServedRoutes } from '../operate/served-routes.ts';
import { CLAIM, EVENT, ORDER } from './recorded-answers.ts';
import { serveRecorded } from './recorded-api.ts';
import type { Recorded } from './recorded.ts';
import { runOps, startOps } from './run-ops.ts';

describe('commands that change something', () => {
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
      would: 'the next delivery would be accepted',
      body: { confirm: true, firstSeenAt: CLAIM.firstSeenAt },
    },
    {
      args: ['lock', 'release', ORDER, '--token', 'f00d', '--insist'],
      would: 'The lock would be released',
      body: { token: 'f00d', insist: true },
    },
    {
      args: ['order', 'rebuild', ORDER],
      would: 'facts.totalPrice: stored 999.00, rebuilt 189.00',
      body: { dryRun: false },
    },
    { args: ['queue', 'pause', '1'], would: 'even across restarts', body: {} },
    {
      args: ['parked', 'discard', '--all'],
      would: '3 parked events would be discarded',
      body: { which: {}, dryRun: false },
    },
  ];
  /** Without the dry runs that the API counts: it stores nothing of them. */
  const changes = () => recorded.bodies.filter((body) => !(body as { dryRun?: boolean }).dryRun);

  test.each(CHANGES)(
    '$args.0 $args.1 without --yes only shows what it would do, and needs no reason',
    async ({ args, would }) => {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(stdout).toContain(would);
      expect(stdout).toContain('Nothing was changed. To apply this, add --yes and --reason.');
      expect(changes()).toEqual([]);
      const json = JSON.parse((await run(...args, '--json')).stdout) as object;
      expect(json).toMatchObject({ dryRun: true });
    },
  );

  test.each(CHANGES)('$args.0 $args.1 --yes requires a reason', async ({ args }) => {
    const { code, stderr } = await run(...args, '--yes');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--yes requires --reason (it is recorded in the audit log)\n',
    });
    expect(recorded.bodies).toEqual([]);
  });

  test.each(CHANGES)(
    '$args.0 $args.1 --yes makes the change, and says what was done',
    async ({ args, body }) => {
      const { code, stdout } = await run(...args, '--reason', reason, '--yes');
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'it was done\n' });
      expect(recorded.bodies).toEqual([{ ...body, reason }]);
    },
  );

  test.each([
    [['dedupe', 'release', EVENT], 'the event is applied; add --confirm'],
    [['lock', 'release', ORDER, '--token', 'beef'], 'the lock is now held with another token'],
    [['parked', 'replay', '--all'], 'no parked events match'],
    [['parked', 'discard', '--all'], 'no parked events match'],
  ])('a dry run says if the change would be refused, and exits with 1: %j', async (args, words) => {
    recorded.counted = 0;
    const { code, stdout } = await run(...args);
    const json = JSON.parse((await run(...args, '--json')).stdout) as object;
    recorded.counted = 3;
    expect(code).toBe(1);
    expect(stdout).toContain(`This would be refused: ${words}`);
    expect(stdout).not.toContain('--yes');
    expect(json).toMatchObject({ dryRun: true, refused: expect.stringContaining(words) });
  });

  test.each([
    [true, 'is alive'],
    [null, 'may be alive'],
  ])('a lock whose holder may be alive is not released without --insist: %j', async (alive, words) => {
    recorded.holderAlive = alive;
    const release = ['lock', 'release', ORDER, '--token', 'f00d'];
    const [refused, insisted] = [await run(...release), await run(...release, '--insist')];
    recorded.holderAlive = false;
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining(`the holder ${words}`) });
    expect(insisted).toMatchObject({ code: 0, stdout: expect.stringContaining('would be released') });
  });

  test('a queue that does not exist is refused before anything is changed', async () => {
    expect((await run('queue', 'pause', '7')).code).toBe(1);
  });

  test('a replay only counts the events; with --yes it is followed to its end', async () => {
    const args = ['parked', 'replay', EVENT, EVENT];
    const counted = await run(...args);
    expect(counted.stdout).toContain('3 parked events would be replayed, 20 per second.');
    expect(recorded.bodies).toMatchObject([{ dryRun: true, which: { events: [EVENT] }, rate: 20 }]);

    const { code, stdout, stderr } = await run(...args, '--reason', reason, '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Replay [0-9a-f-]{36} is done: 3 of 3 events were put back/);
    expect(stderr).toContain('Ctrl-C aborts it');
    expect(recorded.bodies.at(-1)).toMatchObject({ dryRun: false, reason });
  });

  test('a replay ends when its events are processed; if some are parked again, it says so and exits with 1', async () => {
    recorded.ends = [
      { replayed: 3, stillWaiting: 3 },
      { replayed: 3, stillWaiting: 1, parkedAgain: 1 },
      { replayed: 3, stillWaiting: 0, parkedAgain: 2 },
    ];
    const { code, stdout, stderr } = await run(...replayAll);
    recorded.ends = [{ replayed: 3 }];
    expect(code).toBe(1);
    expect(stdout).toContain('3 of 3 events were put back into their mailboxes.\n2 were PARKED AGAIN');
    expect(stdout).not.toContain('still waiting');
    expect(stderr).toContain('waiting up to 30 s until they are processed');
  });

  test('events taken by another replay are reported, and are not a failure', async () => {
    recorded.ends = [{ replayed: 1 }];
    const { code, stdout } = await run(...replayAll);
    recorded.ends = [{ replayed: 3 }];
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 3 events were put back');
    expect(stdout).toContain('The other 2 were no longer parked: another replay or a discard took them.');
  });

  test('all parked events are replayed only with --all', async () => {
    await run('parked', 'replay', '--all', '--reason', reason);
    await run('parked', 'replay', '--topic', 'orders/paid', '--cause', 'x: #', '--reason', reason);
    expect(recorded.bodies).toMatchObject([
      { which: {} },
      { which: { topic: 'orders/paid', cause: 'x: #' } },
    ]);
  });

  test('Ctrl-C asks the server to abort a replay, and waits until it has', async () => {
    recorded.looksUntilDone = Infinity;
    const { child, said, ended } = startOps([...globals(), ...replayAll]);
    await until(() => said.stderr.includes('Ctrl-C aborts it'));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toContain('was aborted: 1 of 3 events');
    expect(recorded.bodies.at(-1)).toEqual({ reason: 'Ctrl-C at the command line' });
  });

  test('a replay is followed even if the dashboard is down for a moment', async () => {
    recorded.looksUntilDone = Infinity;
    const { said, ended } = startOps([...globals(), ...replayAll]);
    await until(() => said.stderr.includes('Ctrl-C aborts it'));
    recorded.away = true;
    recorded.looksUntilDone = 0;
    // Long enough for at least one failed poll.
    const before = Date.now();
    await until(() => Date.now() - before > 1200);
    recorded.away = false;
    expect(await ended).toMatchObject({ code: 0 });
  });

  test('a token is minted by the API for an administrator, and signed locally if there is no API', async () => {
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
