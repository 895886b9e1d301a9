import { FakeShopify } from '../fake-shopify/fake-shopify.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { randomFrom } from '../deliveries/random.ts';
import type { ShopMemory } from '../fake-shopify/fake-shop.ts';
import { readKept, writeKept } from './kept.ts';
import type { LocalFile } from './state.ts';

/** npm start -- --fake-shopify: a store that sells, and whose webhooks are lost, late, twice and out of order. */
export interface FakeStore {
  name: string;
  /** Settings of the app, for all programs. */
  env: NodeJS.ProcessEnv;
  /** Where the merchant opens the app. */
  appPage: string;
  /** Where it may be told what to do. */
  control: string;
  /** Begins to sell. It installs nothing: the merchant does, by opening the page. */
  open: () => void;
  stop: () => Promise<void>;
}

const SHOP = 'fake-store.myshopify.com';
const CLIENT_ID = 'lockstep-development';
/** What the last session left: the next sells other orders, and the tokens that it issued still work. */
const MEMORY = 'fake-store.json';
/** Far from the #1001 of `npm run send`. */
const FIRST_NUMBER = 5001;
const ORDERS_PER_MINUTE = 20;
/** Per cent of its webhooks. */
const MISHAPS = { drop: 10, delay: 3, duplicate: 5, reorder: 10 };
/** The four hours of retries are two and a half minutes. */
const TIME_SCALE = 0.01;

export async function startFakeStore(local: LocalFile, tokenKeys: string, port: number): Promise<FakeStore> {
  const appUrl = `http://localhost:${port}`;
  const shopify = await FakeShopify.start({
    apiKey: CLIENT_ID,
    apiSecret: local.shopifySecret,
    webhooksUrl: `${local.ingestUrl}/webhooks`,
    appUrl: `${appUrl}/app`,
    timeScale: TIME_SCALE,
    // Another seed each time: webhook ids are new ones.
    random: randomFrom(Date.now()),
    memoryOf,
  });
  const shop = shopify.shop(SHOP);
  shop.install(ALL_SCOPES);
  return {
    name: SHOP,
    env: {
      APP_PORT: String(port),
      APP_URL: appUrl,
      SHOPIFY_API_KEY: CLIENT_ID,
      SHOPIFY_API_URL: shopify.url,
      TOKEN_KEYS: tokenKeys,
      // A store that sells would drown what is printed.
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      // Often enough to be seen.
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

/** There is one shop. */
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

/** What a person should try. */
export function announceFakeStore({ name, appPage, control }: FakeStore): string {
  return `A stand-in for Shopify sells ${ORDERS_PER_MINUTE} orders a minute as ${name}; of its webhooks ${MISHAPS.drop} % are lost, ${MISHAPS.delay} % late,
${MISHAPS.duplicate} % come twice, ${MISHAPS.reorder} % out of order. Open the app as its merchant does, which installs it:

  ${appPage}

From then on its webhooks are taken; those of other shops are ignored, unless UNKNOWN_SHOPS=take is set.
Within a minute it begins to reconcile: npm run ops -- reconcile ls. By hand: POST ${control}/${name}/sell, …/uninstall, …/redact
`;
}
