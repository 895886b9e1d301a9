import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocks, type Lease } from '../../src/lock/locks.ts';
import type { EventId, OrderKey } from '../../src/order/identity.ts';
import type { Queue, QueueList } from '../../src/operate/shapes/queues.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { readToken } from '../../src/system/tokens.ts';
import { JWT_SECRET } from '../operate/served-dashboard.ts';
import { money } from '../support/money.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { runOps } from './run-ops.ts';
import { ServedOps } from './served-ops.ts';
import { soundEvent } from '../operate/parked-events.ts';

const REASON = 'the 3 a.m. page';
const HOLDER = 'host:1';
const TTL_MS = 10_000;
const WAITING = keyOf('9');

describe('commands that change something', () => {
  let ops: ServedOps;
  let event: EventId;
  let rebuilt: OrderKey;
  let locked: OrderKey;
  let lease: Lease | null;
  let lockToken: string;
  let jobs: number;
  beforeAll(async () => {
    ops = await ServedOps.start();
    const [first, second] = [await ops.live(1), await ops.live(2)];
    event = first[0]!.id;
    rebuilt = first[0]!.order;
    locked = second[0]!.order;
    const { orders } = ops.dashboard.collections;
    await orders.collection.updateOne({ _id: rebuilt as never }, { $set: { totalPrice: money('999.00') } });
    await lock();
    await ops.park([1, 2, 3].map(soundEvent));
    await ops.dashboard.depositor.deposit(waitingEvent('orders/paid', { id: 9 }, { order: WAITING }), null);
    await until(async () => (await ops.dashboard.get(`/api/mailboxes/${WAITING}`)).json.due === true);
    jobs = (await firstQueue()).jobs.waiting;
  });
  afterAll(async () => {
    await lease?.release();
    await ops.stop();
  });

  async function lock(): Promise<void> {
    const locks = createLocks([ops.dashboard.redis], TTL_MS, () => undefined, HOLDER);
    lease = await locks.acquire(redisKeys(0).lock(locked), '7');
    lockToken = String((await ops.dashboard.get(`/api/locks/${locked}`)).json.token);
  }

  const run = (...args: string[]) => ops.run(...args);
  async function firstQueue(): Promise<Queue> {
    const { queues } = (await ops.dashboard.get('/api/queues')).json as unknown as QueueList;
    return queues[0]!;
  }
  const audited = () => ops.dashboard.collections.audit.countDocuments();

  interface Change {
    name: string;
    args: () => string[];
    would: string;
    /** What it says when it is done. */
    did: RegExp;
    action: string;
    /** Whether it was not done yet. */
    isAsBefore: () => Promise<boolean>;
  }
  const CHANGES: readonly Change[] = [
    {
      name: 'dedupe release',
      args: () => ['dedupe', 'release', event, '--confirm'],
      would: 'the next delivery would be accepted',
      did: /^Released the dedupe key of event/,
      action: 'dedupe.release',
      isAsBefore: async () => (await ops.dashboard.redis.exists(redisKeys(0).dedupe(event))) === 1,
    },
    {
      name: 'lock release',
      args: () => ['lock', 'release', locked, '--token', lockToken, '--insist'],
      would: 'The lock would be released',
      did: /^the lock was taken from host:1/,
      action: 'lock.release',
      isAsBefore: async () => (await ops.dashboard.redis.exists(redisKeys(0).lock(locked))) === 1,
    },
    {
      name: 'order rebuild',
      args: () => ['order', 'rebuild', rebuilt],
      would: 'totalPrice: stored 999.00, rebuilt ',
      did: /^rebuilt from \d+ events/,
      action: 'order.rebuild',
      isAsBefore: async () => {
        const found = await ops.dashboard.collections.orders.findById(rebuilt).lean();
        return String(found?.totalPrice) === '999.00';
      },
    },
    {
      name: 'mailbox wake',
      args: () => ['mailbox', 'wake', WAITING],
      would: `Waking the order would add another drain job. Now: 1 event waiting for ${WAITING}`,
      did: /^A drain job for .* was added/,
      action: 'mailbox.wake',
      isAsBefore: async () => (await firstQueue()).jobs.waiting === jobs,
    },
    {
      name: 'queue pause',
      args: () => ['queue', 'pause', '0'],
      would: 'even across restarts',
      did: /Queue 0 is paused/,
      action: 'queue.pause',
      isAsBefore: async () => !(await firstQueue()).paused,
    },
    {
      name: 'parked discard',
      args: () => ['parked', 'discard', '--all'],
      would: '3 parked events would be discarded',
      did: /3 parked events/,
      action: 'parked.discard',
      isAsBefore: async () =>
        (await ops.dashboard.collections.parked.countDocuments({ state: 'parked' })) === 3,
    },
  ];
  const rows = CHANGES.map((change) => [change.name, change] as const);

  test.each(rows)(
    '%s without --yes only shows what it would do, and needs no reason',
    async (_name, { args, would, isAsBefore }) => {
      const { code, stdout } = await run(...args());
      expect(code).toBe(0);
      expect(stdout).toContain(would);
      expect(stdout).toContain('Nothing was changed. To apply this, add --yes and --reason.');
      const json = JSON.parse((await run(...args(), '--json')).stdout) as object;
      expect(json).toMatchObject({ dryRun: true });
      expect([await isAsBefore(), await audited()]).toEqual([true, 0]);
    },
  );

  test.each(rows)('%s --yes requires a reason', async (_name, { args, isAsBefore }) => {
    const { code, stderr } = await run(...args(), '--yes');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--yes requires --reason (it is recorded in the audit log)\n',
    });
    expect([await isAsBefore(), await audited()]).toEqual([true, 0]);
  });

  test.each([
    [() => ['dedupe', 'release', event], 'the event is applied; add --confirm'],
    [() => ['lock', 'release', locked, '--token', 'beef'], 'the lock is now held with another token'],
    [() => ['parked', 'replay', '--topic', 'orders/paid'], 'no parked events match'],
    [() => ['parked', 'discard', '--topic', 'orders/paid'], 'no parked events match'],
  ])('a dry run says if the change would be refused, and exits with 1: %#', async (args, words) => {
    const { code, stdout } = await run(...args());
    const json = JSON.parse((await run(...args(), '--json')).stdout) as object;
    expect(code).toBe(1);
    expect(stdout).toContain(`This would be refused: ${words}`);
    expect(stdout).not.toContain('--yes');
    expect(json).toMatchObject({ dryRun: true, refused: expect.stringContaining(words) });
  });

  describe('a lock whose holder may be alive is not released without --insist', () => {
    const release = () => ['lock', 'release', locked, '--token', lockToken];
    const twice = async () => [await run(...release()), await run(...release(), '--insist')];

    test('its holder sends heartbeats', async () => {
      await lease?.release();
      await ops.startWorker(HOLDER);
      await lock();
      const [refused, insisted] = await twice();
      await ops.stopWorker();
      expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('the holder is alive') });
      expect(insisted).toMatchObject({ code: 0, stdout: expect.stringContaining('would be released') });
    });

    test('heartbeats cannot be read', async () => {
      const { redis } = ops.dashboard;
      await redis.set(redisKeys(0).heartbeats, 'not a sorted set');
      const [refused, insisted] = await twice();
      await redis.del(redisKeys(0).heartbeats);
      expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('the holder may be alive') });
      expect(insisted).toMatchObject({ code: 0, stdout: expect.stringContaining('would be released') });
    });
  });

  test('a queue that does not exist is refused before anything is changed', async () => {
    expect((await run('queue', 'pause', '7')).code).toBe(1);
  });

  test.each(rows)(
    '%s --yes makes the change, and says what was done',
    async (_name, { args, did, action, isAsBefore }) => {
      const { code, stdout } = await run(...args(), '--reason', REASON, '--yes');
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(did) });
      expect(await isAsBefore()).toBe(false);
      expect((await ops.audited(action)).at(-1)).toMatchObject({ reason: REASON, outcome: 'done' });
    },
  );

  test('a token is minted by the API for an administrator, and signed locally if there is no API', async () => {
    const over = await ops.as('admin', 'token', 'mint', '--role', 'viewer', '--name', 'grace');
    expect(over.code).toBe(0);
    const minted = await readToken(JWT_SECRET, over.stdout.trim());
    expect(minted).toMatchObject({ name: 'grace', role: 'viewer' });
    expect(await ops.audited('token.mint')).toMatchObject([
      { reason: 'minted by ada from the command line' },
    ]);

    const here = await runOps(['token', 'mint', '--role', 'operator', '--json'], {
      OPS_JWT_SECRET: JWT_SECRET,
    });
    const { token } = JSON.parse(here.stdout) as { token: string };
    expect(JSON.stringify(await readToken(JWT_SECRET, token))).toContain('"role":"operator"');
    expect(here.stdout + here.stderr).not.toContain(JWT_SECRET);
    const asked = ['token', 'mint', '--shop', 'a.myshopify.com', 'B.myshopify.com', '--json'];
    const shops = ['a.myshopify.com', 'b.myshopify.com'];
    const bound = [await ops.as('admin', ...asked), await runOps(asked, { OPS_JWT_SECRET: JWT_SECRET })];
    for (const { stdout } of bound) {
      const shown = JSON.parse(stdout) as { token: string };
      expect(shown).toMatchObject({ shops });
      expect(await readToken(JWT_SECRET, shown.token)).toMatchObject({ shops });
    }
    expect(await ops.as('admin', 'token', 'mint', '--shop', 'everything')).toMatchObject({ code: 2 });
    const without = await runOps(['token', 'mint']);
    expect(without).toMatchObject({ code: 2 });
  });
});
