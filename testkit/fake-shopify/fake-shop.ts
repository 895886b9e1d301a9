import { randomUUID } from 'node:crypto';
import type { Delivery } from '../deliveries/life.ts';
import type { Random } from '../deliveries/random.ts';
import { BulkOperations } from './bulk.ts';
import { NO_CALLS, type Calls } from './calls.ts';
import { disordered, IN_ORDER, type Mishap, type Percentages } from './disorder.ts';
import type { FakeApp } from './fake-app.ts';
import type { FakeOrder, Json } from './fake-order.ts';
import { PointBucket, type BucketSize } from './point-bucket.ts';
import type { Postman, Tally } from './postman.ts';
import { queryRoot } from './roots.ts';
import { IdempotentResults } from './refunds.ts';
import { Selling, type Sale } from './selling.ts';
import { sessionToken, type SessionTokenKind } from './session-token.ts';
import {
  changedBody,
  customerRedactBody,
  dataRequestBody,
  redactBody,
  scopesUpdateBody,
  uninstalledBody,
  type CustomerFacts,
} from './shop-bodies.ts';
import { signedQuery } from './signed-query.ts';
import { Tokens, type KeptTokens } from './tokens.ts';
import { Troubles } from './trouble.ts';

/** The components and settings of a shop. */
export interface ShopGround extends Omit<FakeApp, 'appUrl'> {
  id: number;
  name: string;
  random: Random;
  /** From an earlier session. */
  memory?: ShopMemory | undefined;
  postman: Postman;
  timeScale: number;
  points: BucketSize;
  tokenSeconds: number;
  /** The topics that the app's own settings subscribe to; null: all. */
  topics: readonly string[] | null;
  /** URL of the fake itself, without a slash at the end. */
  baseUrl: () => string;
}

/** What a shop of an earlier session left, and where to keep what this one leaves. */
export interface ShopMemory {
  lastNumber: number;
  tokens: KeptTokens | undefined;
  sold: (number: number) => void;
  issued: (tokens: KeptTokens) => void;
}

/** A subscription made through the API. Those in the app's settings have no ids, and are not listed. */
export interface Subscription {
  id: number;
  /** For example `orders/create`. */
  topic: string;
  uri: string;
}

/** One store: its orders, its installation of the app, and what goes wrong with it. */
export class FakeShop {
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly tokens: Tokens;
  readonly points: PointBucket;
  readonly troubles = new Troubles();
  readonly results = new IdempotentResults();
  readonly bulk: BulkOperations;
  readonly calls: Calls = { ...NO_CALLS };
  readonly webhooks: Tally & Record<Mishap, number>;
  installed = false;
  scopes: string[] = [];
  hidesAddresses = false;
  zone = 'UTC';
  subscriptions: Subscription[] = [];
  readonly #ground: ShopGround;
  readonly #selling: Selling;
  #percent = IN_ORDER;
  #held: Delivery[] = [];
  #requests = 0;

  constructor(ground: ShopGround) {
    const { id, name, random, timeScale, postman, tokenSeconds, points, baseUrl, memory } = ground;
    this.id = id;
    this.name = name;
    this.title = name.replace(/\..*/, '');
    this.#ground = ground;
    this.tokens = new Tokens(tokenSeconds, memory?.tokens, memory?.issued);
    this.points = new PointBucket(points);
    const urlOf = (file: string) => `${baseUrl()}/${name}/_files/${file}`;
    this.bulk = new BulkOperations({ timeScale, urlOf, root: () => queryRoot(this) });
    const { lastNumber, sold } = memory ?? {};
    const tell = (batch: readonly Delivery[], { withoutMishaps }: Sale) =>
      this.#tell(batch, withoutMishaps ? IN_ORDER : this.#percent);
    this.#selling = new Selling({ shop: name, lastNumber, sold, random, postman, tell });
    this.webhooks = {
      attempts: 0,
      delivered: 0,
      retried: 0,
      givenUp: 0,
      drop: 0,
      delay: 0,
      duplicate: 0,
      reorder: 0,
      hold: 0,
    };
  }

  get orders(): readonly FakeOrder[] {
    return this.#selling.orders;
  }

  order(id: string): FakeOrder | undefined {
    return this.#selling.order(id);
  }

  /** What Shopify calls `host`: the address of this shop's admin, in base64. */
  get host(): string {
    return Buffer.from(`${this.name}/admin`).toString('base64url');
  }

  /** Installs the app with these scopes, as managed installation does; it has no token yet. */
  install(scopes: readonly string[]): void {
    const previous = this.scopes;
    const changed = this.installed && [...previous].sort().join() !== [...scopes].sort().join();
    this.installed = true;
    this.scopes = [...scopes];
    if (changed) this.#tellOf('app/scopes_update', scopesUpdateBody(this, previous, this.scopes, new Date()));
  }

  /** Uninstalls the app: its tokens are invalid from now on, and no webhooks follow `app/uninstalled`. */
  uninstall(): void {
    this.#tellOf('app/uninstalled', uninstalledBody(this));
    this.installed = false;
    this.subscriptions = [];
    this.tokens.revoke();
  }

  /** Installs it again with the scopes that it had. */
  reinstall(): void {
    this.install(this.scopes);
  }

  /**
   * Sells orders with their whole lives. These end now, or, with `live`, begin now and happen in real time.
   * @returns when everything has happened at Shopify; webhooks may still be on their way
   */
  sell(count: number, sale: Sale = {}): Promise<FakeOrder[]> {
    return this.#selling.sell(count, sale);
  }

  /** Sells live orders at this rate until `close`. */
  open(ordersPerMinute: number): void {
    this.#selling.open(ordersPerMinute);
  }

  close(): void {
    this.#selling.close();
  }

  /**
   * Changes an order manually; its `updated_at` increases by at least a second.
   * @param fields of the REST body
   */
  change(order: FakeOrder, fields: Json = { tags: `changed ${Date.now()}` }, topic = 'orders/updated'): void {
    const at = new Date(Math.max(Date.now(), order.updatedAt.getTime() + 1_000));
    const delivery = this.#deliveryOf(topic, changedBody(order.rest(), fields, at), at);
    order.take(delivery);
    this.#tell([delivery]);
  }

  /** Something happens to an order that its own body does not contain, such as a return or a dispute. */
  happen(order: FakeOrder, topic: string, body: Json): void {
    const delivery = this.#deliveryOf(topic, body);
    order.take(delivery);
    this.#tell([delivery]);
  }

  /** Deletes the order from the shop. */
  delete(order: FakeOrder): void {
    this.#selling.forget(order);
    this.#tellOf('orders/delete', { id: Number(order.id) });
  }

  requestData(customerId: number): void {
    this.#requests += 1;
    this.#tellOf('customers/data_request', dataRequestBody(this, this.#customer(customerId), this.#requests));
  }

  /** Notifies the app. The store itself keeps the customer's data, so later webhooks still contain it. */
  redactCustomer(customerId: number): void {
    this.#tellOf('customers/redact', customerRedactBody(this, this.#customer(customerId)));
  }

  /** Sends what Shopify sends 48 hours after an uninstall. */
  redact(): void {
    this.#tellOf('shop/redact', redactBody(this));
  }

  /** Sets what goes wrong with webhooks from now on. Settings that are not given keep their values. */
  switch(percent: Partial<Percentages>): void {
    this.#percent = { ...this.#percent, ...percent };
  }

  /** Sends the held webhooks. */
  release(): void {
    for (const delivery of this.#held.splice(0)) this.#ground.postman.send(delivery, this.webhooks);
  }

  /** A subscription through the API, in addition to the app's own: each of its topics is sent twice. */
  subscribe(topic: string, uri = 'https://app.example.com/webhooks'): void {
    this.subscriptions.push({ id: 1_000 + this.subscriptions.length, topic, uri });
  }

  /** The token that App Bridge gives to the embedded page. */
  sessionToken(kind: SessionTokenKind = 'good'): string {
    const { apiKey, apiSecret } = this.#ground;
    return sessionToken({ shop: this.name, apiKey, apiSecret }, kind);
  }

  /** The signed query with which the admin opens the app in its frame. */
  openedQuery(): string {
    return signedQuery(
      {
        embedded: '1',
        host: this.host,
        id_token: this.sessionToken(),
        locale: 'en',
        session: randomUUID(),
        shop: this.name,
        timestamp: String(Math.floor(Date.now() / 1000)),
      },
      this.#ground.apiSecret,
    );
  }

  stop(): void {
    this.close();
    this.#selling.stop();
    this.bulk.stop();
  }

  #customer(id: number): CustomerFacts {
    const orders = this.orders.filter(
      (order) => order.mentions(String(id)) && (order.rest().customer as Json | null)?.id === id,
    );
    return { id, orders: orders.map((order) => Number(order.id)) };
  }

  #deliveryOf(topic: string, body: object, triggeredAt = new Date()): Delivery {
    const ids = { webhookId: randomUUID(), eventId: randomUUID() };
    return { topic, shop: this.name, ...ids, triggeredAt, body: Buffer.from(JSON.stringify(body)) };
  }

  #tellOf(topic: string, body: object): void {
    this.#tell([this.#deliveryOf(topic, body)]);
  }

  /** Sends the webhooks of things that happened together, with the mishaps that are set. */
  #tell(batch: readonly Delivery[], percent = this.#percent): void {
    const wanted = batch.filter(({ topic }) => this.#isTold(topic)).flatMap((each) => this.#copies(each));
    const { atOnce, late, held, count } = disordered(wanted, percent, this.#ground.random);
    for (const mishap of Object.keys(count) as Mishap[]) this.webhooks[mishap] += count[mishap];
    for (const delivery of atOnce) this.#ground.postman.send(delivery, this.webhooks);
    for (const { delivery, ms } of late) this.#ground.postman.sendLate(delivery, this.webhooks, ms);
    this.#held.push(...held);
  }

  /** Compliance webhooks are sent whether or not the app is installed. */
  #isTold(topic: string): boolean {
    const { topics } = this.#ground;
    const compliance = topic === 'shop/redact' || topic.startsWith('customers/');
    return (this.installed || compliance) && (topics === null || topics.includes(topic));
  }

  /** One per subscription: a separate webhook of the same event. */
  #copies(delivery: Delivery): Delivery[] {
    const doubled = this.subscriptions.filter(({ topic }) => topic === delivery.topic);
    return [delivery, ...doubled.map(() => ({ ...delivery, webhookId: randomUUID() }))];
  }
}
