import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { adminToken } from '../../testkit/local/lockstep.ts';
import { poisoned } from '../support/lives.ts';
import { Stack } from '../support/stack.ts';
import { runOps } from '../ops/run-ops.ts';

const SHOP = 'terminal.myshopify.com';
const KEY = `${SHOP}/5820001001000`;
const reason = 'the 3 a.m. page';

describe('the command line over whole programs', () => {
  let stack: Stack;
  let token: string;
  const life = lifeOf(randomFrom(1), SHOP, 1001, new Date('2026-11-20T10:00:00Z'));
  const poison = poisoned(life[0]!, 'poison');
  let poisonHash = '';

  beforeAll(async () => {
    stack = await Stack.start();
    token = await adminToken('grace');
    for (const delivery of life) await stack.send(delivery);
    await stack.send(life[1]!);
    poisonHash = String((await stack.send(poison)).json.event);
    await stack.drained();
  });
  afterAll(() => stack.stop());

  const run = (...args: string[]) =>
    runOps(args, { LOCKSTEP_URL: stack.dashboardUrl, LOCKSTEP_TOKEN: token });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--json');
    const answer = JSON.parse(stdout || '{}') as Record<string, unknown>;
    return { code, stderr, ...answer } as Record<string, unknown>;
  };

  test('every read-only verb exits with 0, prints something, and supports --json', async () => {
    const looking = [
      ['status'],
      ['config'],
      ['order', KEY],
      ['order', '#1001', '--states'],
      ['event', poisonHash.slice(0, 12)],
      ['event', poisonHash, '--payload'],
      ['dedupe', 'get', poisonHash],
      ['dedupe', 'get', '--webhook-id', life[1]!.webhookId, '--shop', SHOP],
      ['lock', 'ls'],
      ['mailbox', 'ls'],
      ['queue', 'ls'],
      ['parked', 'ls'],
      ['parked', 'ls', '--events'],
      ['parked', 'show', poisonHash],
      ['shop', 'ls'],
      ['audit', 'ls'],
      ['audit', 'check'],
      ['token', 'ls'],
      ['verify'],
    ];
    for (const args of looking) {
      const [{ code, stdout, stderr }, asJson] = await Promise.all([run(...args), json(...args)]);
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
      expect(stdout.length).toBeGreaterThan(10);
      expect(stdout).not.toMatch(/undefined|NaN|\[object/);
      expect(asJson).toMatchObject({ code: 0, stderr: '' });
    }
  }, 120_000);

  test('the output matches what happened', async () => {
    expect((await run('status')).stdout).toMatch(/^parked +1$/m);
    const order = (await run('order', '1001')).stdout;
    expect(order).toContain(`#1001  shipped   ${KEY}`);
    expect(order).toContain('1 duplicate');
    expect((await run('parked', 'ls')).stdout).toContain('updated_at: expected a time, found text');
    expect((await run('event', poisonHash, '--payload')).stdout).toContain('customer data masked');
    const body = path.join(mkdtempSync(path.join(tmpdir(), 'lockstep-ops-')), 'body.json');
    writeFileSync(body, life[1]!.body);
    const byBody = await json('dedupe', 'get', '--file', body, '--shop', SHOP);
    expect(byBody).toMatchObject({ code: 0, claims: [{ order: KEY, hits: 1, outcome: 'applied' }] });
  });

  test('the doctor sees every program, and no check fails', async () => {
    const { checks } = (await json('doctor')) as {
      checks?: { name: string; verdict: string; found: string }[];
    };
    expect(checks?.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
    expect(checks?.find(({ name }) => name === 'programs')?.found).toBe(
      '1 ingest, 1 worker, 1 dashboard, 0 app, 0 publisher',
    );
    expect((await run('doctor')).code).toBe(0);
  });

  test('a replay is counted, then run; its event is parked again, and the audit log has who and why', async () => {
    const counted = await json('parked', 'replay', poisonHash);
    expect(counted).toMatchObject({ code: 0, dryRun: true, events: 1 });
    const done = await json('parked', 'replay', '--topic', 'orders/updated', '--reason', reason, '--yes');
    // The cause is not fixed, so the replay waits until the event is parked again, and reports it.
    expect(done).toMatchObject({ code: 1, state: 'done', total: 1, replayed: 1, parkedAgain: 1 });
    const audit = await json('audit', 'ls', '--action', 'parked.replay');
    expect(audit).toMatchObject({ entries: [{ who: 'grace', reason, outcome: 'done' }] });
    await stack.drained();
  });

  test('a queue is paused only with --yes, and can be resumed', async () => {
    expect((await run('queue', 'pause')).code).toBe(0);
    expect(await json('status')).toMatchObject({ pausedQueues: [] });
    expect((await run('queue', 'pause', '--reason', reason, '--yes')).code).toBe(0);
    expect(await json('status')).toMatchObject({ pausedQueues: [0], level: 'look' });
    expect((await run('queue', 'resume', '--reason', reason, '--yes')).code).toBe(0);
    expect(await json('status')).toMatchObject({ pausedQueues: [] });
  });

  test('refused changes exit with 1: an applied event, a free lock, an empty mailbox, an unknown event', async () => {
    const known = await json('dedupe', 'get', '--webhook-id', life[1]!.webhookId, '--shop', SHOP);
    const [claim] = known.claims as { event: string }[];
    for (const args of [
      ['dedupe', 'release', String(claim?.event), '--reason', reason, '--yes'],
      ['lock', 'release', KEY, '--token', 'x', '--reason', reason, '--yes'],
      ['mailbox', 'wake', KEY, '--reason', reason, '--yes'],
      ['event', 'cd'.repeat(32)],
    ])
      expect((await run(...args)).code).toBe(1);
  });

  test('a minted token works until it is revoked; sign-in prints a link', async () => {
    const minted = (await json('token', 'mint', '--role', 'viewer', '--name', 'lin')) as {
      token?: string;
      id?: string;
    };
    const asLin = (...args: string[]) =>
      runOps(args, { LOCKSTEP_URL: stack.dashboardUrl, LOCKSTEP_TOKEN: String(minted.token) });
    expect((await asLin('status')).code).toBe(0);
    expect((await asLin('doctor')).code).toBe(1);
    expect((await run('token', 'revoke', String(minted.id), '--reason', reason, '--yes')).code).toBe(0);
    const after = await asLin('status');
    expect(after.code).toBe(1);
    expect(after.stderr).toMatch(/^401/);
    expect((await run('sign-in')).stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#once=/);
  });
});
