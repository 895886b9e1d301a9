import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../src/operate/shapes/destinations.ts';
import type { EffectsStatus } from '../../src/operate/shapes/effects-status.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { sealSecrets } from '../../src/publish/secrets.ts';
import { createCipher } from '../../src/system/cipher.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

const MINUTE_MS = 60_000;

describe('operators see what waits at destinations', () => {
  let publishing: Publishing;
  let dashboard: ServedDashboard;
  let receiver: Receiver;
  beforeAll(async () => {
    publishing = await Publishing.open({ TOKEN_KEYS });
    await Promise.all([publishing.start(), publishing.start()]);
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri, settings: { TOKEN_KEYS } });
    // All of this process have one name, so their own heartbeats replace each other.
    const { heartbeats, heartbeatReports } = publishing.inside.partitions[0]!;
    for (const program of ['worker', 'publisher']) {
      await publishing.inside.redis.zadd(heartbeats, Date.now() + 10 * MINUTE_MS, `host:${program}`);
      const report = JSON.stringify({ program, startedAt: 1, figures: {} });
      await publishing.inside.redis.hset(heartbeatReports, `host:${program}`, report);
    }
  });
  afterAll(async () => {
    await dashboard?.stop();
    await publishing?.close();
  });
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(async () => {
    const { destinations, effects } = publishing.inside.collections;
    await destinations.deleteMany({});
    await effects.deleteMany({});
    await receiver.close();
  });

  const shown = async (name: string) =>
    (await dashboard.get(`/api/destinations/${name}`)).json as unknown as Destination;
  const status = async () => (await dashboard.get('/api/status')).json as unknown as SystemStatus;
  const ofStatus = async (name: string): Promise<EffectsStatus['destinations'][number] | undefined> =>
    (await status()).effects?.destinations.find((each) => each.name === name);

  test(
    'a destination that is down: since when, why, which order waits, and that it works again',
    async () => {
      receiver.answering = () => ({ status: 500 });
      const name = 'dead';
      await publishing.destination(name, { url: receiver.url, alertAfterMs: 1000 });
      await publishing.created(30);
      await until(
        async () => (await shown(name)).backlog.circuit?.state === 'open',
        20_000,
        'an open circuit',
      );
      await until(async () => (await status()).sentence.startsWith('dead:'), 20_000, 'the headline');
      expect(await status()).toMatchObject({
        level: 'act',
        link: '/destinations/dead',
        sentence: expect.stringMatching(
          /^dead: 30 orders wait; #5\d+ has been waiting for [\d.]+ s; last error: it answered 500\.$/,
        ),
      });
      const { backlog, open } = await shown(name);
      expect(backlog).toMatchObject({
        orders: 30,
        goneInMs: null,
        goneUnknown: 'it does not accept messages',
        circuit: { because: 'it answered 500', since: expect.stringMatching(/^20/) },
        errors: [{ because: 'it answered 500', effects: open.failing }],
      });
      // Programs stay ready, whatever a destination does.
      expect((await dashboard.get('/readyz')).status).toBe(200);
      receiver.answering = () => ({ status: 200 });
      await until(
        async () => {
          await publishing.hurry();
          return (await publishing.effects({ destination: name, open: true })).length === 0;
        },
        MINUTE_MS,
        'all to be sent',
      );
      await until(
        async () => (await shown(name)).backlog.circuit?.state === 'closed',
        20_000,
        'a closed circuit',
      );
      expect((await shown(name)).backlog).toMatchObject({ orders: 0, oldest: null, goneInMs: 0, errors: [] });
      await until(async () => (await status()).level === 'fine', 10_000, 'all to be well');
    },
    2 * MINUTE_MS,
  );

  test('metrics count each effect once, however many publishers run', async () => {
    await publishing.destination('stuck', { url: receiver.url, transform: '$error("no")' });
    await publishing.destination('well', { url: receiver.url });
    await publishing.created(3);
    await until(async () => (await ofStatus('stuck'))?.parked === 3, 20_000, 'three parked effects');
    const { text } = await dashboard.get('/metrics');
    expect(text).toContain('lockstep_effects_open{destination="stuck",state="parked"} 3');
    expect(text).toContain('lockstep_effects_open{destination="well",state="parked"} 0');
    expect(text).toContain('lockstep_destination_circuit{destination="well"} 0');
    expect(text).toMatch(/lockstep_publishers [12]\n/);
    expect(await status()).toMatchObject({
      level: 'look',
      sentence: expect.stringMatching(/^stuck: 3 effects are parked, .*; last error: JSONata error D3137/),
      runbook: 'Effects are in doubt or parked',
    });
    await publishing.inside.collections.destinations.deleteOne({ _id: 'stuck' });
    await until(
      async () => !(await dashboard.get('/metrics')).text.includes('"stuck"'),
      10_000,
      'it to be gone',
    );
  });

  test('one that wants no more messages, and one that is paused by an operator, are different', async () => {
    receiver.answering = () => ({ status: 410 });
    await publishing.destination('left', { url: receiver.url, concurrency: 1 });
    await publishing.created(5);
    await until(async () => (await status()).sentence.startsWith('left wants no more messages'));
    expect(await status()).toMatchObject({
      level: 'act',
      runbook: 'A destination was paused by the other side',
    });
    expect(await shown('left')).toMatchObject({ state: 'paused', pausedBy: 'destination' });
    expect((await shown('left')).backlog).toMatchObject({
      goneInMs: null,
      goneUnknown: 'nothing is sent until it is resumed',
    });
    await dashboard.post('/api/destinations/left/pause', { reason: 'we move it' });
    await until(async () =>
      (await status()).sentence.startsWith('left is paused (we move it): 5 orders wait'),
    );
    expect((await status()).level).toBe('look');
  });

  test('one that cannot be opened says why, until it is changed', async () => {
    const other = createCipher(`other:${'1'.repeat(64)}`);
    const sealed = sealSecrets('locked', [`whsec_${Buffer.alloc(32).toString('base64')}`], other);
    await publishing.destination('locked', { url: receiver.url, secrets: sealed });
    await until(async () => (await status()).sentence.startsWith('locked cannot be opened: '));
    expect((await status()).level).toBe('act');
    expect((await shown('locked')).backlog.problem).toMatch(/key/);
    await publishing.destination('locked', { url: receiver.url, secrets: [] });
    await until(async () => (await status()).level === 'fine', 30_000, 'all to be well');
    expect((await shown('locked')).backlog.problem).toBeNull();
  });

  test('an effect behind a parked one is not what waits for too long: an operator must decide about it', async () => {
    await publishing.destination('parks', {
      url: receiver.url,
      transform: '$error("no")',
      alertAfterMs: 1000,
    });
    await publishing.live(71);
    await until(async () => (await ofStatus('parks'))?.parked === 1, 20_000, 'a parked effect');
    expect(await ofStatus('parks')).toMatchObject({ orders: 1, oldest: null });
    const { open, backlog } = await shown('parks');
    expect(open.waiting).toBeGreaterThan(1);
    expect(backlog).toMatchObject({ behind: open.waiting, goneInMs: null });
  });

  test('changes that expired while no publisher ran are reported', async () => {
    const { routed } = publishing.inside.collections;
    const missed = { from: 3, to: 8, at: new Date() };
    await until(async () => (await routed.countDocuments()) === 1);
    await routed.updateOne({}, { $set: { missed } });
    await until(async () => (await status()).sentence.includes('(blocks 3 to 8)'));
    expect(await status()).toMatchObject({ level: 'look', link: '/destinations' });
    await routed.updateOne({}, { $set: { missed: null } });
  });
});
