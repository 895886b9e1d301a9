import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { activeOrders, openQueues } from '../../src/deposit/queues.ts';
import { createWaker } from '../../src/deposit/waker.ts';
import { createLockKeeper } from '../../src/lock/lock-keeper.ts';
import { partsOf, type OrderKey } from '../../src/order/identity.ts';
import { fence } from '../../src/persist/fence.ts';
import { readHeartbeats } from '../../src/system/heartbeats.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { lockRoutes } from '../../src/operate/api/lock-routes.ts';
import { createLockReader } from '../../src/operate/steering/lock-reader.ts';
import type { Lock } from '../../src/operate/shapes/locks.ts';
import { Rig } from '../faults/rig.ts';
import { silent } from '../support/in-process.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { ServedRoutes } from './served-routes.ts';

const TTL_MS = 60_000;
const keys = redisKeys(0);

/**
 * Real workers, one of them stopped (SIGSTOP) with its commit under way: its lock would stay for a minute.
 */
describe('P4, P6: a stopped worker', () => {
  let rig: Rig;
  let served: ServedRoutes;
  beforeAll(async () => {
    rig = await Rig.open({ LOCK_TTL_MS: String(TTL_MS), HOLD_FOR_CREATE_MS: '0' });
    await rig.startIngest();
    const redis = rig.direct;
    const queues = openQueues(redis, [keys]);
    const keeper = createLockKeeper([redis], TTL_MS);
    served = await ServedRoutes.start(
      lockRoutes({
        keeper,
        reader: createLockReader({
          keeper,
          redis,
          partitions: [keys],
          activeOrders: (most) => activeOrders(queues, most),
          heartbeats: () => readHeartbeats(redis, keys),
        }),
        lockKey: (order) => keys.lock(order),
        fence: (order) => fence(rig.collections, order),
        wakeAgain: (orders) => createWaker(queues, silent, () => undefined).wakeAgain(orders),
      }),
    );
  });
  afterAll(async () => {
    await served.stop();
    await rig.close();
  });

  const locks = async () => (await served.get('/locks')).json.locks as Lock[];
  const versionOf = async (order: string) =>
    (await rig.collections.orders.findOne({ _id: order }).lean<{ version: number }>())?.version;

  test('is shown, loses its lock to an operator once it is silent, and its late commit is refused', async () => {
    const mongo = await rig.link('mongo');
    const stopped = await rig.startWorker({ mongo });
    const [life] = livesOf(rig.random, 'stop.myshopify.com', 1);
    await rig.deliver(life![0]!);
    await rig.settled();
    const commits = mongo.intercept('lockstep.orders');
    await rig.deliver(life![1]!);
    await commits.reached;
    // The other worker starts later: Redis would hand the wake-up to the stopped one first.
    const other = await rig.startWorker();
    const heard = () => readHeartbeats(rig.direct, keys);
    await until(async () => (await heard()).length === 3);
    // Each program reports its counters with its heartbeat: two webhooks accepted, the first of them applied.
    const count = async (figure: string) =>
      (await heard()).reduce((sum, { figures }) => sum + (figures[figure] ?? 0), 0);
    await until(async () => (await count('acks')) === 2 && (await count('applied')) === 1);
    const [working] = await locks();
    expect(working?.holder).toMatchObject({ alive: true });
    expect(working?.holder.program).toMatch(new RegExp(`:${stopped.program.child.pid}$`));

    stopped.program.child.kill('SIGSTOP');
    const order = String(working?.order) as OrderKey;
    const { shop, orderId } = partsOf(order);
    const release = () =>
      served.post(`/locks/${shop}/${orderId}/release`, { token: working?.token, reason: 'it was stopped' });
    expect((await release()).status).toBe(409);
    await until(async () => (await locks())[0]?.holder.alive === false);
    const { status, json } = await release();
    expect([status, json.did]).toEqual([200, expect.stringContaining('the order was woken and continues')]);
    // Earlier than the lock would have expired.
    await until(async () => (await rig.collections.events.countDocuments()) === 2, TTL_MS / 3);
    expect(await versionOf(order)).toBe(3);
    expect(await rig.metric(other, 'lockstep_fencing_rejected_total')).toBe(0);

    stopped.program.child.kill('SIGCONT');
    commits.release();
    await until(async () => (await rig.metric(stopped, 'lockstep_fencing_rejected_total')) === 1);
    await rig.settled();
    expect(await versionOf(order)).toBe(3);
    expect(await rig.collections.events.countDocuments()).toBe(2);
    await until(async () => (await locks()).length === 0);
  }, 120_000);
});
