import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { FakeShopify, type FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';
import { openApp } from '../../testkit/fake-shopify/merchant.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { freePort } from '../../testkit/local/ports.ts';
import type { RunningProgram } from '../../testkit/local/programs.ts';
import { collectionsOf, type Collections } from '../../src/persist/collections.ts';
import { SCHEDULE } from '../../src/persist/reconcile-store.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { http, type HttpAnswer } from './http.ts';
import { Stack } from './stack.ts';

const CLIENT_ID = 'the-client-id';
/** As in src/compliance/runner.ts. */
const BETWEEN_PASSES_MS = 60_000;
export const TOKEN_KEY = '0a1b'.repeat(16);

/** Moves a recorded time back. */
const earlier = (field: string, ms: number) => [{ $set: { [field]: { $subtract: [`$${field}`, ms] } } }];

/** All five programs as processes, including the app, and a simulated Shopify in this one. */
export class StackWithShopify {
  readonly stack: Stack;
  readonly shopify: FakeShopify;
  /** For reading stored data. Only times are changed, below. */
  readonly collections: Collections;
  readonly appUrl: string;
  app: RunningProgram;
  readonly #mongo: ReturnType<typeof openMongo>;
  readonly #appPort: number;

  private constructor(
    stack: Stack,
    shopify: FakeShopify,
    app: { program: RunningProgram; port: number },
    mongo: ReturnType<typeof openMongo>,
  ) {
    this.stack = stack;
    this.shopify = shopify;
    this.app = app.program;
    this.#appPort = app.port;
    this.appUrl = `http://localhost:${app.port}`;
    this.#mongo = mongo;
    this.collections = collectionsOf(mongo);
  }

  static async start(
    options: Partial<FakeShopifyOptions> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<StackWithShopify> {
    const port = await freePort();
    const appUrl = `http://localhost:${port}`;
    const shopify = await FakeShopify.start({
      apiKey: CLIENT_ID,
      apiSecret: SECRET,
      appUrl: `${appUrl}/app`,
      timeScale: 0.001,
      ...options,
    });
    const settings = {
      SHOPIFY_API_KEY: CLIENT_ID,
      SHOPIFY_API_URL: shopify.url,
      APP_URL: appUrl,
      TOKEN_KEYS: `first:${TOKEN_KEY}`,
      RECONCILE_EVERY_MINUTES: '0',
    };
    const stack = await Stack.start({ env: { ...settings, ...env } });
    shopify.deliverTo(`${stack.ingestUrls[0]}/webhooks`);
    const program = await stack.startApp(port);
    const mongo = openMongo(stack.names.mongoUri);
    await mongoReady(mongo);
    return new StackWithShopify(stack, shopify, { program, port }, mongo);
  }

  /** Kills it as a power cut would; another one runs when this returns. */
  async killApp(): Promise<void> {
    this.app.child.kill('SIGKILL');
    await this.app.ended;
    this.app = await this.stack.startApp(this.#appPort);
  }

  /** A browser's way from the app's address through Shopify's grant and back. */
  async grant({ name }: FakeShop): Promise<HttpAnswer> {
    const begun = await http(`${this.appUrl}/auth?shop=${name}`);
    const cookie = [begun.headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0]);
    const back = await http(String(begun.headers.location));
    return await http(String(back.headers.location), { headers: { cookie: cookie.join('; ') } });
  }

  async open({ name }: FakeShop): Promise<Record<string, unknown>> {
    return await openApp(`${this.shopify.url}/${name}/admin/apps/${CLIENT_ID}`);
  }

  shopOf({ name }: FakeShop) {
    return this.collections.shops.findById(name).lean();
  }

  /** The minute between two passes of a redaction is over: the records say so. */
  async redactionsContinue(): Promise<void> {
    const { collection } = this.collections.compliance;
    const tooSoon = { state: 'working', passedAt: { $gt: new Date(Date.now() - BETWEEN_PASSES_MS) } };
    await collection.updateMany(tooSoon, earlier('passedAt', BETWEEN_PASSES_MS));
  }

  /** The schedule's interval is over: the records of its passes say so. */
  async scheduleContinues(everyMinutes: number): Promise<void> {
    const { collection } = this.collections.reconciles;
    await collection.updateMany({ who: SCHEDULE }, earlier('askedAt', everyMinutes * 60_000));
  }

  /** All webhooks have arrived, and their effects too. */
  async settled(): Promise<void> {
    await this.shopify.settled();
    await this.stack.drained();
  }

  async stop(): Promise<void> {
    await this.#mongo.close();
    await this.stack.stop();
    await this.shopify.stop();
  }
}
