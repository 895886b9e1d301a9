import { Session } from '@shopify/shopify-api';
import { routeOf } from '../../src/order/routing.ts';
import { isTopic } from '../../src/order/topics.ts';
import { createSessionStore } from '../../src/shop/session-store.ts';
import { createCipher } from '../../src/system/cipher.ts';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import type { FakeShop } from '../../testkit/fake-shopify/fake-shop.ts';
import { FakeShopify, type FakeShopifyOptions } from '../../testkit/fake-shopify/fake-shopify.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { Handling } from './handling.ts';

const SHOP = 'example.myshopify.com';
const APP = { apiKey: 'the-client-id', apiSecret: 'the-client-secret' };
const TOKEN_KEYS = `test:${'0'.repeat(64)}`;

/** Handlers, and a simulated Shopify whose webhooks arrive here one by one. */
export class HandlingWithShopify {
  readonly handling: Handling;
  readonly shop: FakeShop;
  readonly #shopify: FakeShopify;
  readonly #webhooks: { topic: string; body: Buffer }[];

  private constructor(handling: Handling, shopify: FakeShopify, webhooks: { topic: string; body: Buffer }[]) {
    this.handling = handling;
    this.#shopify = shopify;
    this.shop = shopify.shop(SHOP);
    this.#webhooks = webhooks;
  }

  static async open(options: Partial<FakeShopifyOptions> = {}): Promise<HandlingWithShopify> {
    const webhooks: { topic: string; body: Buffer }[] = [];
    const shopify = await FakeShopify.start({
      ...APP,
      timeScale: 0.001,
      receive: (headers, body) => {
        const topic = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-shopify-topic')?.[1];
        webhooks.push({ topic: topic ?? '', body });
        return Promise.resolve(200);
      },
      ...options,
    });
    const settings = {
      SHOPIFY_API_KEY: APP.apiKey,
      SHOPIFY_API_SECRET: APP.apiSecret,
      APP_URL: 'https://lockstep.example.com',
      SHOPIFY_API_URL: shopify.url,
      TOKEN_KEYS,
    };
    return new HandlingWithShopify(await Handling.open(settings), shopify, webhooks);
  }

  /** Installs the app: the shop's tokens are stored. */
  async install(scopes = ['write_orders', 'write_merchant_managed_fulfillment_orders']): Promise<void> {
    this.shop.install(scopes);
    const { access_token: accessToken, refresh_token: refreshToken } = this.shop.tokens.issue(
      scopes.join(','),
      true,
    );
    const sessions = createSessionStore(
      this.handling.publishing.inside.collections.sessions,
      createCipher(TOKEN_KEYS),
    );
    await sessions.storeSession(
      new Session({
        id: `offline_${SHOP}`,
        shop: SHOP,
        state: '',
        isOnline: false,
        scope: scopes.join(','),
        accessToken,
        ...(refreshToken !== undefined && { refreshToken }),
        expires: new Date(Date.now() + 3_600_000),
      }),
    );
  }

  /** An order that was paid, cancelled and refunded here and at Shopify. */
  async sell(): Promise<FakeOrder> {
    const [order] = await this.shop.sell(1, { ending: 'cancelled' });
    await this.arrive();
    if (!order) throw new Error('nothing was sold');
    return order;
  }

  /** Applies the webhooks that Shopify has sent. @returns their topics */
  async arrive(): Promise<string[]> {
    await this.#shopify.settled();
    const arrived = this.#webhooks.splice(0);
    for (const { topic, body } of arrived) {
      const route = isTopic(topic) ? routeOf(topic, body) : { to: 'nowhere' as const };
      if (route.to !== 'order') continue;
      const order = keyOf(String(route.orderId));
      const event = waitingEvent(topic, null, { order, body, receivedAt: Date.now() });
      await this.handling.publishing.apply([event]);
    }
    return arrived.map(({ topic }) => topic);
  }

  async close(): Promise<void> {
    await this.handling.close();
    await this.#shopify.stop();
  }
}
