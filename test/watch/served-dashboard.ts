import type { Connection } from 'mongoose';
import type { Queue } from 'bullmq';
import { mailbox } from '../../src/deposit/mailbox.ts';
import { depositor, type Depositor } from '../../src/deposit/depositor.ts';
import { openQueues } from '../../src/deposit/queues.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import { waker, type Waker } from '../../src/deposit/waker.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { collectionsOf, ensureIndexes, type Collections } from '../../src/persist/collections.ts';
import { orderStore } from '../../src/persist/order-store.ts';
import { mongoReady, openMongo, openRedis, redisReady } from '../../src/system/connections.ts';
import { createLog } from '../../src/system/log.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import type { Part } from '../../src/system/lifecycle.ts';
import { mongoCheck, redisCheck } from '../../src/watch/checks.ts';
import { dashboardApp } from '../../src/watch/dashboard-app.ts';
import { orderReader } from '../../src/watch/order-reader.ts';
import { serving } from '../../src/watch/serve.ts';
import { statusReader } from '../../src/watch/status-reader.ts';
import { verifier } from '../../src/watch/verifier.ts';
import { mintToken, type Role } from '../../src/watch/tokens.ts';
import { measureWaiting } from '../../src/watch/waiting.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { keyOf } from '../support/waiting-event.ts';

export const JWT_SECRET = 'a-jwt-secret-for-tests-of-32-characters';

const log = createLog('test', 'silent');

/** The dashboard's HTTP in this process, over a real Redis and a real MongoDB. */
export class ServedDashboard {
  readonly collections: Collections;
  readonly redis: ScriptedRedis;
  readonly depositor: Depositor;
  url = '';
  readonly #mongo: Connection;
  readonly #queues: Queue[];
  readonly #waker: Waker;
  readonly #server: Part;

  private constructor(redis: ScriptedRedis, mongoUri: string) {
    const partitions = [redisKeys(0)];
    const metrics = createMetrics();
    this.redis = redis;
    this.#mongo = openMongo(mongoUri);
    this.collections = collectionsOf(this.#mongo);
    const queues = openQueues(this.redis, partitions);
    this.#queues = queues;
    this.#waker = waker(queues, log, () => undefined);
    this.depositor = depositor(this.redis, partitions, this.#waker, 3600);
    const app = dashboardApp({
      jwtSecret: JWT_SECRET,
      orders: orderReader(this.collections, this.redis, partitions, mailbox(this.redis, partitions)),
      status: statusReader(this.redis, this.#mongo, this.collections, partitions, queues),
      verify: verifier(this.collections, 90),
      checks: [redisCheck(this.redis), mongoCheck(this.#mongo.getClient())],
      metrics,
      measure: () => measureWaiting(metrics, this.redis, partitions, queues),
      log,
    });
    this.#server = serving('dashboard', app, 0, (port) => (this.url = `http://127.0.0.1:${port}`));
  }

  /** @param given a Redis of the caller's; otherwise a database of the test servers */
  static async start(given?: { redisUrl: string }): Promise<ServedDashboard> {
    const names = await namespace();
    const redis = withScripts(openRedis(given?.redisUrl ?? names.redisUrl, 'impatient', log, 1500));
    // As in the program: a queue opened before its Redis answers stays without it.
    await redisReady(redis);
    const dashboard = new ServedDashboard(redis, names.mongoUri);
    await mongoReady(dashboard.#mongo);
    await ensureIndexes(dashboard.collections, 90);
    await dashboard.#server.start?.();
    return dashboard;
  }

  async get(place: string, role: Role = 'viewer'): Promise<HttpAnswer> {
    return this.getWith(place, await mintToken(JWT_SECRET, { name: 'test', role }, 1));
  }

  getWith(place: string, token: string | null): Promise<HttpAnswer> {
    return http(`${this.url}${place}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  }

  /** Commits orders as a drain would. */
  async commit(
    orders: ({ id: string; shop?: string } & Partial<Pick<Order, 'name' | 'status'>>)[],
  ): Promise<void> {
    const store = orderStore(this.#mongo.getClient(), this.collections, () => undefined);
    await Promise.all(
      orders.map(({ id, shop, ...more }) => {
        const key = keyOf(id, shop);
        return store.commit({ key, order: { ...newOrder(key), ...more, version: 0 } });
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#waker.settle();
    await Promise.all(this.#queues.map((queue) => queue.close()));
    await this.#mongo.close();
    this.redis.disconnect();
  }
}
