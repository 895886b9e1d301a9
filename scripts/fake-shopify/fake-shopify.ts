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
import { Postman, type Attempt, type PostmanOptions } from './postman.ts';
import type { TroubleKind, TroubleOptions } from './trouble.ts';

export interface FakeShopifyOptions {
  /** The app's client id and secret. */
  apiKey: string;
  apiSecret: string;
  /** Where webhooks go, in full, on this machine; without it none are sent. */
  webhooksUrl?: string;
  /** Where the admin shows the app: `/<shop>/admin/apps/<key>` leads there. */
  appUrl?: string;
  port?: number;
  random?: Random;
  /** Of each shop, what a session before this one left. */
  memoryOf?: (shop: string) => ShopMemory;
  /** Of waits, not of deadlines or points: 0.001 makes the four hours of retries 14 s. */
  timeScale?: number;
  /** At most so many webhooks at once. */
  connections?: number;
  deadlines?: PostmanOptions['deadlines'];
  points?: BucketSize;
  pageSizing?: PageSizing;
  /** That an access token lives. */
  tokenSeconds?: number;
  topics?: readonly string[];
  onAttempt?: (attempt: Attempt) => void;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const FIRST_SHOP = 548_380_009;

/**
 * Shopify, as far as Lockstep has to do with it: OAuth, the Admin API, webhooks, and stores that sell. In
 * memory, over HTTP on 127.0.0.1 only. `<url>/<shop>/admin/…` stands for `https://<shop>/admin/…`.
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

  /** @throws where the port is taken, or webhooks would leave this machine */
  static async start(options: FakeShopifyOptions): Promise<FakeShopify> {
    const shopify = new FakeShopify(options);
    if (options.webhooksUrl) shopify.deliverTo(options.webhooksUrl);
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

  /** From now on webhooks go there. @throws where that is not on this machine */
  deliverTo(webhooksUrl: string): void {
    const url = new URL(webhooksUrl);
    if (!LOOPBACK.has(url.hostname))
      throw new Error(`${url.host} is not on this machine: webhooks are sent to loopback only`);
    this.#postman.deliverTo(url);
  }

  /** The shop of this name; it opens with the first call. @throws where the name is no domain */
  shop(name: string): FakeShop {
    const known = this.#shops.get(name);
    if (known) return known;
    if (asShopDomain(name) !== name) throw new Error(`${name} is no shop domain`);
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

  /** For every shop that there is. */
  switch(percent: Partial<Percentages>): void {
    for (const shop of this.shops) shop.switch(percent);
  }

  /** At every shop that there is. */
  trouble(kind: TroubleKind, options?: TroubleOptions): void {
    for (const shop of this.shops) shop.troubles.add(kind, options);
  }

  /**
   * Every webhook has arrived or was given up, late ones and retries too. Of what is held, and of lives that
   * are not over, it knows nothing.
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
