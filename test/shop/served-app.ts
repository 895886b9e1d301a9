import { FakeShopify, type FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { composeApp, type App } from '../../src/compose/app.ts';
import { APP_SETTINGS, type AppConfig } from '../../src/shop/shopify.ts';
import { loadConfig } from '../../src/system/config.ts';
import { Lifecycle } from '../../src/system/lifecycle.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { openInProcess, silent, type Inside } from '../support/in-process.ts';
import { servedHere } from '../support/served-here.ts';

export const SHOP = 'a-shop.myshopify.com';
const KEYS = { apiKey: 'the-client-id', apiSecret: 'the-client-secret' };

/** The app's HTTP server in this process, with real Redis and MongoDB and a simulated Shopify. */
export class ServedApp {
  readonly inside: Inside;
  readonly shopify: FakeShopify;
  readonly shop: FakeShop;
  readonly config: AppConfig;
  readonly #lifecycle = new Lifecycle(silent, 10_000);
  app!: App;
  url = '';

  private constructor(inside: Inside, shopify: FakeShopify) {
    this.inside = inside;
    this.shopify = shopify;
    this.shop = shopify.shop(SHOP);
    this.config = loadConfig(
      {
        SHOPIFY_API_KEY: KEYS.apiKey,
        SHOPIFY_API_SECRET: KEYS.apiSecret,
        APP_URL: 'https://lockstep.example.com',
        TOKEN_KEYS: `first:${'0a'.repeat(32)}`,
        SHOPIFY_API_URL: shopify.url,
      },
      APP_SETTINGS,
    );
  }

  static async start(options: Partial<FakeShopifyOptions> = {}): Promise<ServedApp> {
    const shopify = await FakeShopify.start({ ...KEYS, timeScale: 0.001, ...options });
    const served = new ServedApp(await openInProcess(), shopify);
    served.app = served.compose();
    const servers = servedHere(served.app.http, (url) => (served.url = url));
    for (const component of [...served.app.components.before, ...servers])
      await served.#lifecycle.start(component);
    return served;
  }

  /**
   * Like another process with the same Redis and MongoDB: it has its own lock client and its own requests.
   */
  compose(): App {
    const { queues, waker } = this.inside;
    const wakes = { queues, waker, components: [] };
    return composeApp({ ...this.inside, config: this.config, now: Date.now, wakes });
  }

  get(place: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return http(this.url + place, { headers });
  }

  /** The page's request, with this session token. */
  state(token = this.shop.sessionToken()): Promise<HttpAnswer> {
    return this.get('/app/state', { authorization: `Bearer ${token}` });
  }

  /**
   * Follows a browser from the app to Shopify and back. Returns the callback's answer, and what was sent to
   * it.
   */
  async grant(change: (callback: URL) => void = () => undefined, cookies?: string): Promise<Granted> {
    const begun = await this.get(`/auth?shop=${SHOP}`);
    const cookie = cookies ?? cookiesOf(begun);
    const back = await http(String(begun.headers.location));
    const callback = new URL(String(back.headers.location));
    change(callback);
    const place = callback.pathname + callback.search;
    return { answer: await this.get(place, { cookie }), place, cookie };
  }

  /** All documents as text, to search for what must not be there. */
  async dump(): Promise<string> {
    const names = Object.values(this.inside.collections).map(({ collection }) => collection);
    const kept = await Promise.all(names.map((each) => each.find().toArray()));
    return JSON.stringify(kept);
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop();
    await this.shopify.stop();
    await this.inside.close();
  }
}

interface Granted {
  answer: HttpAnswer;
  place: string;
  cookie: string;
}

function cookiesOf({ headers }: HttpAnswer): string {
  const set = headers['set-cookie'];
  return (Array.isArray(set) ? set : [set ?? '']).map((each) => each.split(';')[0]).join('; ');
}
