import { JWT_SECRET } from '../../testkit/local/secrets.ts';
import { composeDashboard, type Dashboard } from '../../src/compose/dashboard.ts';
import { depositorOver } from '../../src/compose/deposits.ts';
import { wakesOver } from '../../src/compose/deposits.ts';
import { drainToolsOf } from '../../src/compose/drains.ts';
import type { Depositor } from '../../src/deposit/depositor.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import type { ScriptedRedis } from '../../src/deposit/scripts.ts';
import { newOrder, type Order } from '../../src/order/order.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { Lifecycle } from '../../src/system/lifecycle.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import type { Role } from '../../src/system/roles.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import {
  readyRedisInside,
  silent,
  withMongo,
  type ResourcesInside,
  type Settings,
} from '../support/open-resources.ts';
import { servedHere } from '../support/served-here.ts';
import { keyOf } from '../support/waiting-event.ts';

export { JWT_SECRET };

/** The dashboard's HTTP in this process, over a real Redis and a real MongoDB. */
export class ServedDashboard {
  readonly collections: Collections;
  readonly redis: ScriptedRedis;
  readonly depositor: Depositor;
  url = '';
  readonly names: { redisUrl: string; mongoUri: string };
  readonly #resources: ResourcesInside;
  #dashboard: Dashboard;
  #lifecycle = new Lifecycle(silent, 10_000);

  private constructor(resources: ResourcesInside, names: { redisUrl: string; mongoUri: string }) {
    this.redis = resources.redis;
    this.collections = resources.collections;
    this.names = names;
    this.#resources = resources;
    this.#dashboard = this.#compose();
    this.depositor = depositorOver(resources, this.#dashboard.waker);
  }

  /** @param given the caller's own servers and settings; by default, databases of the test servers */
  static async start({
    settings: more = {},
    ...given
  }: { redisUrl?: string; mongoUri?: string; settings?: Settings } = {}): Promise<ServedDashboard> {
    const names = { ...(await namespace()), ...given };
    const settings = { OPS_JWT_SECRET: JWT_SECRET, ...more };
    const inside = await readyRedisInside(names.redisUrl, { impatient: true, settings });
    const dashboard = new ServedDashboard(await withMongo(inside, names.mongoUri), names);
    await dashboard.#serve();
    return dashboard;
  }

  #compose(): Dashboard {
    const { stopping } = this.#lifecycle;
    return composeDashboard({ ...this.#resources, metrics: createMetrics(), stopping });
  }

  /** Like a restarted process: its counts are forgotten. */
  async restart(): Promise<void> {
    await this.#lifecycle.stop();
    await Promise.all(this.#dashboard.queues.map((queue) => queue.close()));
    this.#lifecycle = new Lifecycle(silent, 10_000);
    this.#dashboard = this.#compose();
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const { http: served, components } = this.#dashboard;
    const servers = servedHere(served, (url) => (this.url = url));
    for (const component of [...components.before, ...servers, ...components.after])
      await this.#lifecycle.start(component);
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

  async put(place: string, body: object, role: Role): Promise<HttpAnswer> {
    const authorization = `Bearer ${await mintToken(JWT_SECRET, { name: 'test', role }, 1)}`;
    return this.tell(place, body, { authorization }, 'PUT');
  }

  async as(role: Role, place: string, method: string): Promise<HttpAnswer> {
    const authorization = `Bearer ${await mintToken(JWT_SECRET, { name: 'test', role }, 1)}`;
    return http(`${this.url}${place}`, { method, headers: { authorization } });
  }

  tell(
    place: string,
    body: object,
    headers: Record<string, string> = {},
    method = 'POST',
  ): Promise<HttpAnswer> {
    return http(`${this.url}${place}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  getWith(place: string, token: string | null): Promise<HttpAnswer> {
    return http(`${this.url}${place}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  }

  /** What a worker over the same servers would drain with. */
  get drains(): DrainTools {
    const { waker } = wakesOver(this.#resources.redis, this.#resources);
    return drainToolsOf(this.#resources, waker);
  }

  /** Commits orders as a drain would. */
  async commit(
    orders: ({ id: string; shop?: string } & Partial<Pick<Order, 'name' | 'status'>>)[],
  ): Promise<void> {
    const store = this.drains.orders;
    await Promise.all(
      orders.map(({ id, shop, ...more }) => {
        const key = keyOf(id, shop);
        return store.commit({ key, order: { ...newOrder(key), ...more, version: 0 } });
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop();
    await Promise.all(this.#dashboard.queues.map((queue) => queue.close()));
    await this.#resources.mongo.close();
    this.redis.disconnect();
  }
}
