import { FakeShopify } from './fake-shopify.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { randomFrom } from '../deliveries/random.ts';
import type { ShopMemory } from './fake-shop.ts';
import { readKept, writeKept } from '../local/kept.ts';
import type { LocalFile, LocalStore } from '../local/state.ts';

/**
 * npm start -- --fake-shopify: a store that sells, and whose webhooks are lost, late, duplicated and out of
 * order.
 */
export interface FakeStore extends LocalStore {
  /** The app's settings, for all programs. */
  env: NodeJS.ProcessEnv;
  /** Starts to sell. It does not install the app: the merchant does, by opening the page. */
  open: () => void;
  stop: () => Promise<void>;
}

const SHOP = 'fake-store.myshopify.com';
/** What handlers may write. */
const WRITES = ['write_orders', 'write_merchant_managed_fulfillment_orders'];
const CLIENT_ID = 'lockstep-development';
/** What the last session left: this one sells other orders, and the tokens that were issued still work. */
const MEMORY = 'fake-store.json';
/** Far from the #1001 of `npm run send`. */
const FIRST_NUMBER = 5001;
const ORDERS_PER_MINUTE = 20;
/** Percent of its webhooks. */
const MISHAPS = { drop: 10, delay: 3, duplicate: 5, reorder: 10 };
/** The four hours of retries take two and a half minutes. */
const TIME_SCALE = 0.01;

export async function startFakeStore(local: LocalFile, tokenKeys: string, port: number): Promise<FakeStore> {
  const appUrl = `http://localhost:${port}`;
  const shopify = await FakeShopify.start({
    apiKey: CLIENT_ID,
    apiSecret: local.shopifySecret,
    webhooksUrl: `${local.ingestUrl}/webhooks`,
    appUrl: `${appUrl}/app`,
    timeScale: TIME_SCALE,
    // A new seed each time, so that webhook ids are new.
    random: randomFrom(Date.now()),
    memoryOf,
  });
  const shop = shopify.shop(SHOP);
  shop.install([...ALL_SCOPES, ...WRITES]);
  return {
    name: SHOP,
    env: {
      APP_PORT: String(port),
      APP_URL: appUrl,
      SHOPIFY_API_KEY: CLIENT_ID,
      SHOPIFY_API_URL: shopify.url,
      TOKEN_KEYS: tokenKeys,
      // A store that sells would flood the log.
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      // Often enough to watch.
      RECONCILE_EVERY_MINUTES: process.env.RECONCILE_EVERY_MINUTES ?? '1',
    },
    appPage: `${shopify.url}/${SHOP}/admin/apps/${CLIENT_ID}`,
    control: `${shopify.url}/_control`,
    open: () => {
      shop.switch(MISHAPS);
      shop.open(ORDERS_PER_MINUTE);
    },
    stop: () => shopify.stop(),
  };
}

/** There is only one shop. */
function memoryOf(): ShopMemory {
  const empty: Pick<ShopMemory, 'lastNumber' | 'tokens'> = {
    lastNumber: FIRST_NUMBER - 1,
    tokens: undefined,
  };
  const kept = { ...empty, ...readKept(MEMORY, {}) };
  const keep = (change: Partial<typeof kept>) => writeKept(MEMORY, Object.assign(kept, change));
  return {
    ...kept,
    sold: (number) => keep({ lastNumber: number }),
    issued: (tokens) => keep({ tokens }),
  };
}

/** What to try first. */
export function announceFakeStore({ name, appPage, control }: FakeStore): string {
  return `A simulated Shopify store, ${name}, sells ${ORDERS_PER_MINUTE} orders per minute. Of its webhooks, ${MISHAPS.drop} % are lost, ${MISHAPS.delay} % are late,
${MISHAPS.duplicate} % arrive twice, and ${MISHAPS.reorder} % arrive out of order. Open the app as the merchant would; this installs it:

  ${appPage}

From then on, Lockstep accepts its webhooks. Webhooks of other shops are ignored, unless UNKNOWN_SHOPS=take is set.
Reconciliation starts within a minute: npm run ops -- reconcile ls. Control the store manually: POST ${control}/${name}/sell, …/uninstall, …/redact
`;
}
