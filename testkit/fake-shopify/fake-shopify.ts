import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { asShopDomain } from '../../src/order/identity.ts';
import { randomFrom, type Random } from '../deliveries/random.ts';
import { adminRoutes } from './admin-routes.ts';
import { cdnRoutes } from './cdn-routes.ts';
import { controlRoutes } from './control-routes.ts';
import type { Percentages } from './disorder.ts';
import { FakeShop, type ShopMemory } from './fake-shop.ts';
import { seenPageSizing, type PageSizing } from './graphql-cost.ts';
import { oauthRoutes } from './oauth-routes.ts';
import type { BucketSize } from './point-bucket.ts';
import { Postman, type Attempt, type PostmanOptions, type Receive } from './postman.ts';
import type { TroubleKind, TroubleOptions } from './trouble.ts';

export interface FakeShopifyOptions {
  /** The app's client id and secret. */
  apiKey: string;
  apiSecret: string;
  /** The full URL that webhooks are sent to, on this machine; without it, none are sent. */
  webhooksUrl?: string;
  /** Takes webhooks in this process, without HTTP. */
  receive?: Receive;
  /** The app's URL in the admin: `/<shop>/admin/apps/<key>` redirects to it. */
  appUrl?: string;
  port?: number;
  random?: Random;
  /** What each shop of an earlier session left. */
  memoryOf?: (shop: string) => ShopMemory;
  /** Scales waits, not deadlines or points: 0.001 makes the four hours of retries 14 s. */
  timeScale?: number;
  /** Webhooks sent at the same time, at most. */
  connections?: number;
  deadlines?: PostmanOptions['deadlines'];
  points?: BucketSize;
  pageSizing?: PageSizing;
  /** Lifetime of an access token. */
  tokenSeconds?: number;
  topics?: readonly string[];
  onAttempt?: (attempt: Attempt) => void;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const FIRST_SHOP = 548_380_009;

/**
 * Shopify, as far as Lockstep uses it: OAuth, the Admin API, webhooks, and stores that sell. In memory, over
 * HTTP on 127.0.0.1 only. `<url>/<shop>/admin/…` replaces `https://<shop>/admin/…`.
 */
export class FakeShopify {
  readonly #options: FakeShopifyOptions;
  readonly #random: Random;
  readonly #postman: Postman;
  readonly #server: Server;
  readonly #shops = new Map<string, FakeShop>();

  private constructor(options: FakeShopifyOptions) {
    const { apiKey, apiSecret, appUrl, pageSizing = seenPageSizing } = options;
    this.#options = options;
    this.#random = options.random ?? randomFrom(1);
    this.#postman = new Postman({
      secret: apiSecret,
      timeScale: options.timeScale ?? 1,
      connections: options.connections ?? 50,
      deadlines: options.deadlines ?? { connectMs: 1_000, totalMs: 5_000 },
      onAttempt: options.onAttempt ?? (() => undefined),
    });
    const app = express().disable('x-powered-by');
    const shopOf = (name: string) => this.#shops.get(name) ?? null;
    app.use('/_control', controlRoutes(this));
    app.use('/shopifycloud', cdnRoutes());
    app.use(oauthRoutes(shopOf, { apiKey, apiSecret, appUrl }));
    app.use(adminRoutes(shopOf, pageSizing));
    this.#server = createServer(app);
  }

  /** @throws if the port is taken, or webhooks would leave this machine */
  static async start(options: FakeShopifyOptions): Promise<FakeShopify> {
    const shopify = new FakeShopify(options);
    if (options.webhooksUrl) shopify.deliverTo(options.webhooksUrl);
    if (options.receive) shopify.#postman.deliverInside(options.receive);
    shopify.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(shopify.#server, 'listening');
    return shopify;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get shops(): readonly FakeShop[] {
    return [...this.#shops.values()];
  }

  /** Sets where webhooks go from now on. @throws if the address is not on this machine */
  deliverTo(webhooksUrl: string): void {
    const url = new URL(webhooksUrl);
    if (!LOOPBACK.has(url.hostname))
      throw new Error(`${url.host} is not on this machine: webhooks are sent to loopback only`);
    this.#postman.deliverTo(url);
  }

  /** The shop of this name; the first call creates it. @throws if the name is not a valid domain */
  shop(name: string): FakeShop {
    const known = this.#shops.get(name);
    if (known) return known;
    if (asShopDomain(name) !== name) throw new Error(`${name} is not a valid shop domain`);
    const { apiKey, apiSecret, timeScale = 1, topics = null, tokenSeconds = 3_600 } = this.#options;
    const shop = new FakeShop({
      id: FIRST_SHOP + this.#shops.size,
      name,
      apiKey,
      apiSecret,
      timeScale,
      topics,
      tokenSeconds,
      random: this.#random,
      memory: this.#options.memoryOf?.(name),
      postman: this.#postman,
      points: this.#options.points ?? { maximum: 2_000, restorePerSecond: 100 },
      baseUrl: () => this.url,
    });
    this.#shops.set(name, shop);
    return shop;
  }

  /** Does this for every existing shop. */
  switch(percent: Partial<Percentages>): void {
    for (const shop of this.shops) shop.switch(percent);
  }

  /** Does this at every existing shop. */
  trouble(kind: TroubleKind, options?: TroubleOptions): void {
    for (const shop of this.shops) shop.troubles.add(kind, options);
  }

  /**
   * Waits until every webhook has arrived or was abandoned, including late ones and retries. Held webhooks and
   * orders whose life has not ended are not included.
   */
  settled(): Promise<void> {
    return this.#postman.settled();
  }

  async stop(): Promise<void> {
    for (const shop of this.shops) shop.stop();
    this.#postman.stop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
