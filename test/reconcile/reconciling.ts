import { SECRET } from '../../testkit/local/secrets.ts';
import { FakeShopify, type FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { acceptWebhook } from '../../src/accept/accept-webhook.ts';
import { STATUS_CODES } from '../../src/accept/answers.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createReconcileStore, type Wanted } from '../../src/persist/reconcile-store.ts';
import type { ReconcileDocument } from '../../src/persist/reconcile-schema.ts';
import { reconcileShop, type Ran } from '../../src/reconcile/reconcile-shop.ts';
import type { ReconcileTools } from '../../src/reconcile/reconcile-tools.ts';
import { createAdminApi } from '../../src/shop/admin-api.ts';
import { createBulkFile } from '../../src/shop/bulk-file.ts';
import { API_VERSION, shopifyAddress } from '../../src/shop/shopify.ts';
import { driftOf } from '../support/drift.ts';
import { UNLIMITED } from '../support/unlimited.ts';
import { until } from '../support/until.ts';
import { openInProcess, silent, type Inside } from '../support/in-process.ts';

export const SHOP = 'example.myshopify.com';
/** A bucket that refills at once, for tests that are not about points. */
const PLENTY = { maximum: 2000, restorePerSecond: 100_000 };

/**
 * A shop at the simulated Shopify, Lockstep's ingest (from headers and body on, without HTTP) and drains in
 * this process, and the tools of passes.
 */
export class Reconciling {
  readonly inside: Inside;
  readonly shopify: FakeShopify;
  readonly shop: FakeShop;
  readonly tools: ReconcileTools;
  /** What was recorded as the shop's attention, oldest first. */
  readonly attention: (string | null)[] = [];

  private constructor(inside: Inside, shopify: FakeShopify) {
    this.inside = inside;
    this.shopify = shopify;
    this.shop = shopify.shop(SHOP);
    this.shop.install(['read_orders']);
    let token = this.shop.tokens.issue('read_orders', true).access_token;
    const tokens = {
      of: () => Promise.resolve(token),
      refused: () => {
        token = this.shop.tokens.issue('read_orders', true).access_token;
        return Promise.resolve();
      },
    };
    const address = shopifyAddress(shopify.url);
    this.tools = {
      api: createAdminApi({ address, tokens, version: API_VERSION }),
      bulkFile: createBulkFile(shopify.url),
      collections: inside.collections,
      store: createReconcileStore(inside.collections, Date.now),
      depositor: inside.depositor,
      fingerprintsOf,
      lock: inside.tools.lock,
      attention: (_shop, because) => {
        this.attention.push(because);
        return Promise.resolve();
      },
      metrics: inside.metrics,
      log: silent,
      now: Date.now,
      settings: { bulkPollMs: 10, patience: { firstMs: 5, longestMs: 20, tries: 3 } },
    };
  }

  static async start(options: Partial<FakeShopifyOptions> = {}): Promise<Reconciling> {
    const inside = await openInProcess();
    const ingest = {
      secrets: [SECRET],
      fingerprintsOf,
      depositor: inside.depositor,
      ...UNLIMITED,
      now: Date.now,
    };
    const shopify = await FakeShopify.start({
      apiKey: 'key',
      apiSecret: SECRET,
      receive: async (headers, body) =>
        STATUS_CODES[(await acceptWebhook(headers, body, ingest)).answer.outcome],
      timeScale: 0.001,
      points: PLENTY,
      ...options,
    });
    const reconciling = new Reconciling(inside, shopify);
    await inside.collections.shops.create({
      _id: SHOP,
      state: 'installed',
      installedAt: new Date(),
      scopes: [],
    });
    return reconciling;
  }

  /** Requests a pass; by default over all orders. */
  ask(wanted: Partial<Wanted> = {}): Promise<ReconcileDocument> {
    const usual = {
      shop: SHOP,
      how: 'pages',
      since: null,
      until: new Date(Date.now() + 60_000),
      dryRun: false,
      who: 'test',
      reason: 'a test',
    } as const;
    return this.tools.store.ask({ ...usual, ...wanted });
  }

  run(
    { _id }: ReconcileDocument,
    tools: Partial<ReconcileTools> = {},
    stopping = new AbortController().signal,
  ): Promise<Ran> {
    return reconcileShop(_id, SHOP, { ...this.tools, ...tools }, stopping);
  }

  /** The same, again and again while it waits for Shopify. */
  async ran(...pass: Parameters<Reconciling['run']>): Promise<Ran> {
    let ran: Ran = 'waiting';
    await until(async () => (ran = await this.run(...pass)) !== 'waiting');
    return ran;
  }

  /** Runs a whole pass and returns its record. */
  async pass(wanted: Partial<Wanted> = {}): Promise<ReconcileDocument> {
    const asked = await this.ask(wanted);
    await this.ran(asked);
    return await this.record(asked);
  }

  async record({ _id }: ReconcileDocument): Promise<ReconcileDocument> {
    const found = await this.tools.store.one(_id);
    if (!found) throw new Error('record not found');
    return found;
  }

  /** Waits until all webhooks have arrived, and applies them. */
  async settle(): Promise<void> {
    await this.shopify.settled();
    await this.drain();
  }

  async drain(): Promise<void> {
    const { redis, keys, tools } = this.inside;
    const waiting = await redis.zrange(keys.pending, '0', '-1');
    const queue = waiting.values();
    const drainSome = async () => {
      for (const order of queue) await drainOrder(order as OrderKey, tools);
    };
    await Promise.all(Array.from({ length: 50 }, drainSome));
  }

  /** Counts all documents and keys, except records of passes. */
  async counts(): Promise<Record<string, number>> {
    const { collections, redis } = this.inside;
    const kept = Object.entries(collections).filter(([name]) => name !== 'reconciles');
    const counted = await Promise.all(
      kept.map(
        async ([name, model]) =>
          [name, await (model as typeof collections.orders).countDocuments({})] as const,
      ),
    );
    return { ...Object.fromEntries(counted), redis: await redis.dbsize() };
  }

  async drift(): Promise<string[]> {
    return await driftOf(this.shop, this.inside.collections);
  }

  async stop(): Promise<void> {
    await this.shopify.stop();
    await this.inside.close();
  }
}
