import type { Connection } from 'mongoose';
import { composeDashboard, type Dashboard } from '../../src/compose-dashboard.ts';
import { depositor, type Depositor } from '../../src/deposit/depositor.ts';
import { withScripts, type ScriptedRedis } from '../../src/deposit/scripts.ts';
import { waker, type Waker } from '../../src/deposit/waker.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import { collectionsOf, prepareCollections, type Collections } from '../../src/persist/collections.ts';
import { orderStore } from '../../src/persist/order-store.ts';
import { loadConfig } from '../../src/system/config.ts';
import { mongoReady, openMongo, openRedis, redisReady } from '../../src/system/connections.ts';
import { createLog } from '../../src/system/log.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { Lifecycle } from '../../src/system/lifecycle.ts';
import { serving } from '../../src/health/serve.ts';
import type { Role } from '../../src/system/roles.ts';
import { mintToken } from '../../src/system/tokens.ts';
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
  readonly names: { redisUrl: string; mongoUri: string };
  readonly #mongo: Connection;
  readonly #waker: Waker;
  #dashboard: Dashboard;
  #lifecycle = new Lifecycle(log, 10_000);

  private constructor(redis: ScriptedRedis, names: { redisUrl: string; mongoUri: string }) {
    this.redis = redis;
    this.names = names;
    this.#mongo = openMongo(names.mongoUri);
    this.collections = collectionsOf(this.#mongo);
    this.#dashboard = this.#compose();
    this.#waker = waker(this.#dashboard.queues, log, () => undefined);
    this.depositor = depositor(this.redis, [redisKeys(0)], this.#waker, 3600);
  }

  /** @param given the caller's own servers; by default, databases of the test servers */
  static async start(given: { redisUrl?: string; mongoUri?: string } = {}): Promise<ServedDashboard> {
    const names = { ...(await namespace()), ...given };
    const redis = withScripts(openRedis(names.redisUrl, 'impatient', log, 1500));
    // As in the program: a queue that is opened before its Redis answers stays without it.
    await redisReady(redis);
    const dashboard = new ServedDashboard(redis, names);
    await mongoReady(dashboard.#mongo);
    await prepareCollections(dashboard.collections, 90);
    await dashboard.#serve();
    return dashboard;
  }

  #compose(): Dashboard {
    return composeDashboard({
      config: loadConfig({ OPS_JWT_SECRET: JWT_SECRET }, ['OPS_JWT_SECRET']),
      log,
      redis: this.redis,
      lockServers: [this.redis],
      mongo: this.#mongo,
      collections: this.collections,
    });
  }

  /** Like a restarted process: its counts are forgotten. */
  async restart(): Promise<void> {
    await this.#lifecycle.stop();
    await Promise.all(this.#dashboard.queues.map((queue) => queue.close()));
    this.#lifecycle = new Lifecycle(log, 10_000);
    this.#dashboard = this.#compose();
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const { app, before, sampler } = this.#dashboard;
    for (const part of before) await this.#lifecycle.start(part);
    await this.#lifecycle.start(
      serving('dashboard', app, 0, (port) => (this.url = `http://127.0.0.1:${port}`), '127.0.0.1'),
    );
    await this.#lifecycle.start(sampler);
  }

  get routes(): Dashboard['routes'] {
    return this.#dashboard.routes;
  }

  async get(place: string, role: Role = 'viewer'): Promise<HttpAnswer> {
    return this.getWith(place, await mintToken(JWT_SECRET, { name: 'test', role }, 1));
  }

  async post(place: string, body: object, role: Role = 'operator'): Promise<HttpAnswer> {
    const authorization = `Bearer ${await mintToken(JWT_SECRET, { name: 'test', role }, 1)}`;
    return this.tell(place, body, { authorization });
  }

  async as(role: Role, place: string, method: string): Promise<HttpAnswer> {
    const authorization = `Bearer ${await mintToken(JWT_SECRET, { name: 'test', role }, 1)}`;
    return http(`${this.url}${place}`, { method, headers: { authorization } });
  }

  tell(place: string, body: object, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return http(`${this.url}${place}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
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
    await this.#lifecycle.stop();
    await this.#waker.settle();
    await Promise.all(this.#dashboard.queues.map((queue) => queue.close()));
    await this.#mongo.close();
    this.redis.disconnect();
  }
}
