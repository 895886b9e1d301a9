import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dataFolder } from '../../testkit/local/data-folder.ts';
import { startMongo, type LocalMongo } from '../../testkit/local/mongo.ts';
import { checkAudit } from '../../src/persist/audit-log.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const PAUSE = '/api/queues/0/pause';
const REASON = 'the payment app answers wrongly';
/** Every limit is shorter, by more than a busy machine is late. MongoDB's client alone waits 30 s. */
const LATE_MS = 20_000;

/** A MongoDB that is stopped (SIGSTOP): its connections stay open, but do not answer. */
describe('while MongoDB hangs', () => {
  const folder = dataFolder('lockstep-hangs');
  let mongo: LocalMongo;
  let link: Link;
  let dashboard: ServedDashboard;
  let token: string;
  beforeAll(async () => {
    mongo = await startMongo(folder);
    link = await Link.to(mongo.port);
    const mongoUri = `mongodb://127.0.0.1:${link.port}/lockstep?directConnection=true`;
    dashboard = await ServedDashboard.start({ mongoUri });
    token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
  });
  beforeEach(async () => {
    await dashboard.restart();
    await dashboard.collections.audit.deleteMany({});
  });
  afterEach(() => {
    resume();
    link.heal();
  });
  afterAll(async () => {
    await dashboard.stop();
    await link.close();
    await mongo.stop();
    rmSync(folder, { recursive: true });
  });

  const stop = () => process.kill(mongo.pid, 'SIGSTOP');
  const resume = () => process.kill(mongo.pid, 'SIGCONT');
  const tell = (place: string) =>
    dashboard.tell(place, { reason: REASON }, { authorization: `Bearer ${token}` });
  const guess = () => dashboard.tell('/api/session', { token: 'e30.e30.e30' });
  const isPaused = async () => {
    const { json } = await dashboard.get('/api/queues');
    return (json.queues as { paused: boolean }[])[0]?.paused;
  };
  const timed = async <Value>(asked: Promise<Value>) => {
    const began = performance.now();
    return { answer: await asked, ms: performance.now() - began };
  };
  const acts = async () =>
    (await dashboard.collections.audit.find().sort({ _id: 1 }).lean()).map(
      ({ action, outcome, detail }) => `${action} ${outcome}: ${detail}`,
    );

  test('a change is refused in 3 s and never done, however many guesses are queued before it', async () => {
    stop();
    const guesses = Array.from({ length: 8 }, guess);
    const { answer, ms } = await timed(tell(PAUSE));
    expect([answer.status, answer.json.detail]).toEqual([503, expect.stringContaining('nor carried out')]);
    expect(ms).toBeLessThan(LATE_MS);
    expect((await Promise.all(guesses)).map(({ status }) => status)).toEqual(guesses.map(() => 401));
    expect(await isPaused()).toBe(false);
    resume();
    // Entries that were sent are written now; they say that nothing was done, or stay `begun`.
    expect((await tell('/api/queues/0/resume')).status).toBe(200);
    await until(
      async () => !(await acts()).some((act) => act.startsWith('queue.pause begun')),
      5000,
      'its end',
    );
    expect((await acts()).filter((act) => act.startsWith('queue.pause'))).toEqual([]);
    expect(await isPaused()).toBe(false);
    expect(await checkAudit(dashboard.collections.audit)).toMatchObject({ brokenAt: null });
  });

  test('an audit entry that is written too late says that nothing was done', async () => {
    const caught = link.intercept('queue.pause');
    const { answer } = await timed(tell(PAUSE));
    expect(answer.status).toBe(503);
    await caught.reached;
    caught.release();
    const late = 'queue.pause failed: not done: the audit entry was written too late';
    await until(async () => (await acts()).includes(late), 5000, 'the late entry');
    expect(await isPaused()).toBe(false);
    expect(await checkAudit(dashboard.collections.audit)).toMatchObject({ brokenAt: null });
  });

  test('a change is not started if the caller has disconnected', async () => {
    const caught = link.intercept('queue.pause');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request(`${dashboard.url}${PAUSE}`, { method: 'POST', headers, agent: false });
    asked.on('error', () => undefined);
    asked.end(JSON.stringify({ reason: REASON }));
    await caught.reached;
    asked.destroy();
    await sleep(100);
    caught.release();
    const unfinished = 'queue.pause failed: not done: the caller had disconnected';
    await until(async () => (await acts()).includes(unfinished), 5000, 'its end');
    expect(await isPaused()).toBe(false);
  });

  test('a change that was started and does not end: 503 names the audit entry that will show its end', async () => {
    const minted = await dashboard.post(
      '/api/tokens',
      { name: 'eve', role: 'viewer', reason: REASON },
      'admin',
    );
    const caught = link.intercept('findAndModify');
    const place = `/api/tokens/${String(minted.json.id)}/revoke`;
    const { answer, ms } = await timed(dashboard.post(place, { reason: REASON }, 'admin'));
    expect([answer.status, answer.json.detail]).toEqual([
      503,
      expect.stringContaining('entry 2 of the audit'),
    ]);
    expect(ms).toBeLessThan(LATE_MS);
    await caught.reached;
    caught.release();
    await until(async () => (await acts()).some((act) => act.startsWith('token.revoke done: revoked')));
  });

  test('MongoDB slow: guesses are audited one after another, and a change in parallel', async () => {
    link.delay(150);
    const guesses = Array.from({ length: 10 }, guess);
    const audited = Promise.all(guesses).then(() => ({ status: 'only after the guesses' }));
    expect(await Promise.race([tell(PAUSE), audited])).toMatchObject({ status: 200 });
    await audited;
    link.heal();
    expect(await checkAudit(dashboard.collections.audit)).toMatchObject({ brokenAt: null });
    await tell('/api/queues/0/resume');
  });

  test('a read fails within 5 s with the reason', async () => {
    stop();
    const places = ['/api/orders', '/api/events', '/api/parked', '/api/audit', '/api/search?q=1001'];
    const asked = await Promise.all(places.map((place) => timed(dashboard.getWith(place, token))));
    for (const { answer, ms } of asked) {
      expect(answer).toMatchObject({ status: 503, json: { detail: expect.stringContaining('in time') } });
      expect(ms).toBeLessThan(LATE_MS);
    }
  });

  test('a sign-in fails in time', async () => {
    stop();
    const signIn = async (kind: 'token' | 'once') => {
      const given = await mintToken(JWT_SECRET, { name: 'ada', role: 'viewer', kind }, 0.25);
      return await timed(dashboard.tell('/api/session', { [kind]: given }));
    };
    for (const { answer, ms } of await Promise.all([signIn('token'), signIn('once')])) {
      expect([answer.status, answer.headers['set-cookie']]).toEqual([503, undefined]);
      expect(ms).toBeLessThan(LATE_MS);
    }
  });
});
