import type { OutgoingHttpHeaders } from 'node:http';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { FakeShopify } from '../../testkit/fake-shopify/fake-shopify.ts';
import { freePort } from '../../testkit/local/ports.ts';
import { asEventId, type EventId, type OrderKey } from '../../src/order/identity.ts';
import { encodeHolder } from '../../src/lock/holder.ts';
import { createJournal } from '../../src/persist/journal.ts';
import { QUEUE, redisKeys } from '../../src/system/redis-keys.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import type { Caught, Link } from '../support/link.ts';
import { money } from '../support/money.ts';
import { livesOf } from '../support/lives.ts';
import { until } from '../support/until.ts';
import { BY, randomEventId, waitingEvent } from '../support/waiting-event.ts';
import type { CrashPoint } from './crash-points.ts';
import { Rig, type Program } from './rig.ts';

const API_KEY = 'the-client-id';
const SHOP = 'acts.myshopify.com';
const SOLD = 10;
const LOAD_ORDERS = 3;
const LOAD_AT_A_TIME = 2;
const HELD_MS = 120_000;

export type Victim = 'dashboard' | 'worker' | 'ingest' | 'app';

/** One event of an order that was applied. */
interface Applied {
  event: EventId;
  order: OrderKey;
}

/**
 * All programs, a shop that installed the app, and events that arrive all the time: what operators act on.
 */
export class ActsWorld {
  readonly rig: Rig;
  readonly shop: FakeShop;
  readonly #shopify: FakeShopify;
  readonly #appPort: number;
  /** The links through which the dashboard reaches its servers, so that its commands can be caught. */
  readonly #links: { redis: Link; mongo: Link };
  #loads = 0;

  private constructor(rig: Rig, shopify: FakeShopify, appPort: number, links: { redis: Link; mongo: Link }) {
    this.rig = rig;
    this.#shopify = shopify;
    this.#appPort = appPort;
    this.#links = links;
    this.shop = shopify.shop(SHOP);
  }

  static async open(): Promise<ActsWorld> {
    const appPort = await freePort();
    const appUrl = `http://localhost:${appPort}`;
    const app = { apiKey: API_KEY, apiSecret: 'a-secret-for-tests', appUrl: `${appUrl}/app` };
    const shopify = await FakeShopify.start({ ...app, timeScale: 0.001 });
    const rig = await Rig.open({
      SHOPIFY_API_KEY: API_KEY,
      SHOPIFY_API_URL: shopify.url,
      APP_URL: appUrl,
      TOKEN_KEYS: `first:${'0a1b'.repeat(16)}`,
      RECONCILE_EVERY_MINUTES: '0',
      HOLD_FOR_CREATE_MS: '0',
      UNKNOWN_SHOPS: 'take',
    });
    const links = { redis: await rig.link('redis'), mongo: await rig.link('mongo') };
    const world = new ActsWorld(rig, shopify, appPort, links);
    await Promise.all([
      ...[0, 1].map(() => rig.startIngest()),
      rig.startWorker(),
      world.start('dashboard'),
      world.start('app'),
    ]);
    await world.#install();
    return world;
  }

  async #install(): Promise<void> {
    this.shop.install(ALL_SCOPES);
    await this.shop.sell(SOLD);
    const admin = await http(`${this.#shopify.url}/${SHOP}/admin/apps/${API_KEY}`);
    const place = new URL(String(admin.headers.location));
    const headers = { authorization: `Bearer ${place.searchParams.get('id_token')}` };
    await http(`${place.origin}/app/state?opened`, { headers });
    const state = async () => (await this.rig.collections.shops.findById(SHOP).lean())?.state;
    await until(async () => (await state()) === 'installed', 20_000, 'the install');
  }

  async start(name: Victim, env: NodeJS.ProcessEnv = {}): Promise<Program> {
    const started = {
      dashboard: () => this.rig.startDashboard({ ...this.#links, env }),
      app: () => this.rig.startApp({ env: { APP_PORT: String(this.#appPort), ...env } }),
      ingest: () => this.rig.startIngest({ env }),
      worker: () => this.rig.startWorker({ env }),
    };
    return await started[name]();
  }

  async kill(name: Victim): Promise<void> {
    const { dashboard, app, ingests, workers } = this.rig;
    const victim = { dashboard, app, ingest: ingests[0], worker: workers[0] }[name];
    if (!victim) throw new Error(`${name} is not running`);
    await this.rig.kill(victim);
  }

  intercept({ link, pattern, part }: CrashPoint): Caught {
    return this.#links[link].intercept(pattern, part);
  }

  link(server: 'redis' | 'mongo'): Link {
    return this.#links[server];
  }

  /** Waits until the dashboard reaches its servers. */
  async ready(): Promise<void> {
    const isReady = async () => (await http(`${this.rig.dashboard?.url}/readyz`)).status === 200;
    await until(isReady, 60_000, 'the dashboard to be ready');
  }

  /** Sends a request to a dashboard. Null if the connection broke. */
  async ask(
    method: string,
    place: string,
    body?: object,
    headers: OutgoingHttpHeaders = {},
    at = this.rig.dashboard,
  ): Promise<HttpAnswer | null> {
    const who = headers.cookie ? {} : { authorization: `Bearer ${await this.rig.token()}` };
    const telling = body ? { body: JSON.stringify(body) } : {};
    const all = { ...who, 'content-type': 'application/json', ...headers };
    const url = `${at?.url}/api${place}`;
    return await http(url, { method, headers: all, ...telling }).catch(() => null);
  }

  /** The same, and must succeed: it prepares an action. */
  async must(method: string, place: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.ask(method, place, body);
    if (answer?.status === 200) return answer;
    throw new Error(`${method} ${place} answered ${answer?.status}: ${answer?.text}`);
  }

  /** Events that arrive meanwhile: few, so that the machine has time for what is killed. */
  async load(): Promise<void> {
    await this.rig.deliverAll(this.#mixed(LOAD_ORDERS), LOAD_AT_A_TIME);
  }

  #lives(orders: number) {
    return livesOf(this.rig.random, `load-${(this.#loads += 1)}.myshopify.com`, orders);
  }

  #mixed(orders: number) {
    return this.rig.random.shuffled(this.#lives(orders).flat());
  }

  /** An order whose first event was applied; the second is sent when `next` is called. */
  async applied(): Promise<Applied & { next: () => Promise<void> }> {
    const [first, second] = this.#lives(1)[0] ?? [];
    if (!first || !second) throw new Error('a life has two events');
    await this.rig.deliver(first);
    const found = () => this.rig.collections.events.findOne({ webhookId: first.webhookId }).lean();
    await until(async () => (await found()) !== null, 60_000, 'an event to be applied');
    const { _id, order } = (await found()) ?? {};
    const applied = { event: _id as EventId, order: order as OrderKey };
    return { ...applied, next: () => this.rig.deliver(second) };
  }

  /** Waits until no drain holds the order. */
  async unlocked(order: OrderKey): Promise<void> {
    const isFree = async () => (await this.rig.direct.exists(redisKeys(0).lock(order))) === 0;
    await until(isFree, 20_000, 'the lock to be released');
  }

  /** Takes a lock once it is free, as a program that died holding it did: a live holder would continue without its lock. */
  async #holdForDead(key: string, value: string): Promise<void> {
    const take = async () => (await this.rig.direct.set(key, value, 'PX', HELD_MS, 'NX')) === 'OK';
    await until(take, 20_000, 'the lock to be free');
  }

  /** An order with a waiting event, because a dead program holds its lock. */
  async held(): Promise<{
    order: OrderKey;
    token: string;
    isHeld: () => Promise<boolean>;
    free: () => Promise<unknown>;
  }> {
    const { order, next } = await this.applied();
    const key = redisKeys(0).lock(order);
    const value = encodeHolder({ program: 'gone:1', job: '1', since: Date.now() });
    await this.#holdForDead(key, value);
    await next();
    return {
      order,
      token: value.slice(0, 32),
      isHeld: async () => (await this.rig.direct.get(key)) === value,
      free: () => this.rig.direct.del(key),
    };
  }

  /** An order with a total that no other order of these tests has; `times` is 1 once the total is right. */
  async wrong(): Promise<{ order: OrderKey; times: () => Promise<number> }> {
    const { order } = await this.applied();
    await this.unlocked(order);
    const { orders } = this.rig.collections;
    const totalPrice = money('999999.99');
    await orders.collection.updateOne({ _id: order as never }, { $set: { totalPrice } });
    const isWrong = async () => (await orders.countDocuments({ _id: order, totalPrice })) > 0;
    return { order, times: async () => ((await isWrong()) ? 0 : 1) };
  }

  /** Parked events, each the first of its own order, that can be applied by now. */
  async parked(count: number): Promise<string[]> {
    const events = this.#lives(count).map(([first]) => {
      if (!first) throw new Error('a life has a first event');
      const id = /"id":(\d+)/.exec(first.body.toString())?.[1];
      const order = `${first.shop}/${id}` as OrderKey;
      return { ...waitingEvent(first.topic, {}, { order, id: randomEventId() }), body: first.body };
    });
    const { collections } = this.rig;
    const client = collections.events.db.getClient();
    const rejected = events.map((waiting) => ({ waiting, because: 'a test', attempts: 1 }));
    await createJournal(client, collections).write({ ended: [], rejected, now: Date.now() - 60_000, by: BY });
    return events.map(({ id }) => String(id));
  }

  async isClaimed(event: EventId): Promise<boolean> {
    return (await this.rig.direct.exists(redisKeys(0).dedupe(event))) === 1;
  }

  async isPaused(): Promise<boolean> {
    const { queuePrefix } = redisKeys(0);
    return (await this.rig.direct.hexists(`${queuePrefix}:${QUEUE}:meta`, 'paused')) === 1;
  }

  /** How many of the events the journal has as applied. */
  async appliedOf(events: readonly string[]): Promise<number> {
    return await this.rig.collections.events.countDocuments({
      _id: { $in: [...events] },
      outcome: 'applied',
    });
  }

  /** A requested pass that cannot begin yet: the shop's lock is held. */
  async pass(): Promise<{ id: string; begin: () => Promise<unknown> }> {
    const key = redisKeys(0).shopLock('reconcile', SHOP);
    await this.#holdForDead(key, encodeHolder({ program: 'gone:1', job: '1', since: 0 }));
    const asked = { shop: SHOP, since: '1h', dryRun: false, reason: 'a test' };
    const { json } = await this.must('POST', '/reconciles', asked);
    return { id: String(json.id), begin: () => this.rig.direct.del(key) };
  }

  /** A data request from Shopify for a customer. */
  async dataRequest(): Promise<string> {
    const id = String(asEventId(randomEventId()));
    const [receivedAt, dueAt] = [new Date(), new Date(Date.now() + 86_400_000)];
    const of = { kind: 'customers/data_request' as const, shop: SHOP, customer: '1', orders: [] };
    await this.rig.collections.compliance.create({ _id: id, ...of, receivedAt, dueAt, state: 'asked' });
    return id;
  }

  async close(): Promise<void> {
    await this.rig.close();
    await this.#shopify.stop();
  }
}
