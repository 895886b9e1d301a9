import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createHeartbeats } from '../../src/system/heartbeats.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { readToken } from '../../src/system/tokens.ts';
import { park, soundEvent } from '../operate/parked-events.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { lifeEvents } from '../support/in-process.ts';
import { optionsFor, runOps } from './run-ops.ts';

const KEYS = redisKeys(0);
const REASON = 'the 3 a.m. page';
const UNREADABLE = 'not a lock value';

describe('commands that change something', () => {
  let dashboard: ServedDashboard;
  let options: string[];
  /** Of a new order: its first event, its key, its price, and its lock. */
  let event: WaitingEvent;
  let order: OrderKey;
  let price: string;
  let lease: Lease | null;
  let lives = 0;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    options = await optionsFor(dashboard.url);
  });
  afterAll(() => dashboard.stop());
  beforeEach(async () => {
    const { collections, depositor, redis } = dashboard;
    await Promise.all([collections.parked.deleteMany({}), collections.audit.deleteMany({})]);
    await queue().resume();
    const events = lifeEvents((lives += 1));
    event = events[0]!;
    ({ order } = event);
    for (const each of events) await depositor.deposit(each, null);
    await dashboard.drain(order);
    price = await priceOf();
    await collections.orders.updateOne({ _id: order }, { $set: { 'facts.totalPrice': '999.00' } });
    await park({ inside: dashboard }, [1, 2, 3].map(soundEvent));
    lease = await createLocks([redis], 30_000, () => undefined, 'host:1').acquire(KEYS.lock(order), 'job-1');
  });

  const run = (...args: string[]) => runOps([...options, ...args]);
  const audit = () => dashboard.collections.audit.find().lean();
  const queue = () => dashboard.queues[0]!;
  const lockToken = async () => String((await dashboard.get(`/api/locks/${order}`)).json.token);
  const priceOf = async () =>
    String((await dashboard.collections.orders.findById(order).lean())?.facts.totalPrice);

  const CHANGES = [
    {
      what: 'dedupe release',
      args: () => ['dedupe', 'release', event.id, '--confirm'],
      would: () => 'the next delivery would be accepted',
      did: /^Released the dedupe key of event [0-9a-f]{64} of .*If it is sent again/s,
      act: () => ({ action: 'dedupe.release', target: event.id }),
      state: () => dashboard.redis.exists(KEYS.dedupe(event.id)),
      before: () => 1,
      after: () => 0,
    },
    {
      what: 'lock release',
      args: async () => ['lock', 'release', order, '--token', await lockToken()],
      would: () => 'The lock would be released',
      did: /^the lock was taken from host:1 \(job job-1\); the order is now at version \d+/,
      act: () => ({ action: 'lock.release', target: order }),
      state: () => dashboard.redis.exists(KEYS.lock(order)),
      before: () => 1,
      after: () => 0,
    },
    {
      what: 'order rebuild',
      args: async () => {
        await lease?.release();
        return ['order', 'rebuild', order];
      },
      would: () => `facts.totalPrice: stored 999.00, rebuilt ${price}`,
      did: /^rebuilt from \d+ events, version \d+: .*facts\.totalPrice/,
      act: () => ({ action: 'order.rebuild', target: order }),
      state: priceOf,
      before: () => '999.00',
      after: () => price,
    },
    {
      what: 'queue pause',
      args: () => ['queue', 'pause', '0'],
      would: () => 'even across restarts',
      did: /paused/,
      act: () => ({ action: 'queue.pause' }),
      state: () => queue().isPaused(),
      before: () => false,
      after: () => true,
    },
    {
      what: 'parked discard',
      args: () => ['parked', 'discard', '--all'],
      would: () => '3 parked events would be discarded',
      did: /^discarded 3/,
      act: () => ({ action: 'parked.discard' }),
      state: () => dashboard.collections.parked.countDocuments({ state: 'discarded' }),
      before: () => 0,
      after: () => 3,
    },
  ];

  test.each(CHANGES)(
    '$what without --yes only shows what it would do, and needs no reason',
    async ({ args, would, state, before }) => {
      const given = await args();
      const { code, stdout } = await run(...given);
      expect(code).toBe(0);
      expect(stdout).toContain(would());
      expect(stdout).toContain('Nothing was changed. To apply this, add --yes and --reason.');
      expect(JSON.parse((await run(...given, '--json')).stdout)).toMatchObject({ dryRun: true });
      expect([await state(), await audit()]).toEqual([before(), []]);
    },
  );

  test.each(CHANGES)('$what --yes requires a reason', async ({ args, state, before }) => {
    const { code, stderr } = await run(...(await args()), '--yes');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--yes requires --reason (it is recorded in the audit log)\n',
    });
    expect([await state(), await audit()]).toEqual([before(), []]);
  });

  test.each(CHANGES)(
    '$what --yes makes the change, and says what was done',
    async ({ args, did, act, state, after }) => {
      const { code, stdout } = await run(...(await args()), '--reason', REASON, '--yes');
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(did) });
      expect(await state()).toEqual(after());
      expect(await audit()).toMatchObject([{ ...act(), who: 'ada', reason: REASON, outcome: 'done' }]);
    },
  );

  test.each([
    ['dedupe release', () => ['dedupe', 'release', event.id], 'the event is applied; add --confirm'],
    [
      'lock release',
      () => ['lock', 'release', order, '--token', 'beef'],
      'the lock is now held with another token',
    ],
    ['parked replay', () => ['parked', 'replay', '--all'], 'no parked events match'],
    ['parked discard', () => ['parked', 'discard', '--all'], 'no parked events match'],
  ])('a dry run says if the change would be refused, and exits with 1: %s', async (_what, args, words) => {
    await dashboard.collections.parked.deleteMany({});
    const { code, stdout } = await run(...args());
    expect(code).toBe(1);
    expect(stdout).toContain(`This would be refused: ${words}`);
    expect(stdout).not.toContain('--yes');
    const json: unknown = JSON.parse((await run(...args(), '--json')).stdout);
    expect(json).toMatchObject({ dryRun: true, refused: expect.stringContaining(words) });
  });

  describe('a lock whose holder may be alive is not released without --insist', () => {
    const releases = async () => {
      const release = ['lock', 'release', order, '--token', await lockToken()];
      const apply = ['--reason', REASON, '--yes'];
      return {
        look: await run(...release),
        refused: await run(...release, ...apply),
        insisting: await run(...release, '--insist'),
        insisted: await run(...release, '--insist', ...apply),
      };
    };

    const holders = {
      /** It started before it took the lock. */
      alive: async () => {
        const figures = () => Promise.resolve({});
        const holder = createHeartbeats(dashboard.redis, KEYS, 'worker', figures, 'host:2');
        await holder.start?.();
        await lease?.release();
        const locks = createLocks([dashboard.redis], 30_000, () => undefined, 'host:2');
        await locks.acquire(KEYS.lock(order), 'job-2');
        return holder;
      },
      unknown: async () => {
        await dashboard.redis.set(KEYS.lock(order), UNREADABLE, 'PX', 60_000);
        return null;
      },
    };

    test.each([
      ['alive', 'is alive'],
      ['unknown', 'may be alive'],
    ] as const)('%s', async (holder, words) => {
      const heartbeats = await holders[holder]();
      const { look, refused, insisting, insisted } = await releases();
      expect(look).toMatchObject({ code: 1, stdout: expect.stringContaining(`the holder ${words}`) });
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
      expect(insisting).toMatchObject({ code: 0, stdout: expect.stringContaining('would be released') });
      expect(insisted.code).toBe(0);
      expect(await dashboard.redis.exists(KEYS.lock(order))).toBe(0);
      await heartbeats?.stop();
    });
  });

  test('a queue that does not exist is refused before anything is changed', async () => {
    expect((await run('queue', 'pause', '7')).code).toBe(1);
    expect(await audit()).toEqual([]);
  });

  test('a token is minted by the API for an administrator, and signed locally if there is no API', async () => {
    const admin = await optionsFor(dashboard.url, 'admin');
    const over = await runOps([...admin, 'token', 'mint', '--role', 'viewer', '--name', 'grace']);
    expect(over.code).toBe(0);
    const minted = await readToken(JWT_SECRET, over.stdout.trim());
    expect(minted).toMatchObject({ outcome: 'good', name: 'grace', role: 'viewer' });
    const { expiresAt } = minted as { expiresAt: Date };
    expect(Math.round((expiresAt.getTime() - Date.now()) / 3_600_000)).toBe(12);
    expect(await audit()).toMatchObject([
      { action: 'token.mint', reason: 'minted by ada from the command line', outcome: 'done' },
    ]);
    expect(await dashboard.collections.tokens.exists({ name: 'grace' })).not.toBeNull();

    const here = await runOps(['token', 'mint', '--role', 'operator', '--json'], {
      OPS_JWT_SECRET: JWT_SECRET,
    });
    const { token } = JSON.parse(here.stdout) as { token: string };
    expect(await readToken(JWT_SECRET, token)).toMatchObject({ name: 'ada', role: 'operator' });
    expect(here.stdout + here.stderr).not.toContain(JWT_SECRET);
    expect(await runOps(['token', 'mint'])).toMatchObject({ code: 2 });
  });
});
