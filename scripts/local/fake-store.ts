import { FakeShopify } from '../fake-shopify/fake-shopify.ts';
import { ALL_SCOPES } from '../../src/shop/shopify.ts';
import { freePort, tryPort } from './ports.ts';
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
const APP_PORT = 3002;
const ORDERS_PER_MINUTE = 20;
/** Per cent of its webhooks. */
const MISHAPS = { drop: 10, delay: 3, duplicate: 5, reorder: 10 };
/** The four hours of retries are two and a half minutes. */
const TIME_SCALE = 0.01;

export async function startFakeStore(local: LocalFile, tokenKeys: string): Promise<FakeStore> {
  const port = (await tryPort(APP_PORT)) ?? (await freePort());
  const appUrl = `http://localhost:${port}`;
  const shopify = await FakeShopify.start({
    apiKey: CLIENT_ID,
    apiSecret: local.shopifySecret,
    webhooksUrl: `${local.ingestUrl}/webhooks`,
    appUrl: `${appUrl}/app`,
    timeScale: TIME_SCALE,
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

/** What a person should try. */
export function announceFakeStore({ name, appPage, control }: FakeStore): string {
  return `A stand-in for Shopify sells ${ORDERS_PER_MINUTE} orders a minute as ${name}; of its webhooks ${MISHAPS.drop} % are lost, ${MISHAPS.delay} % late,
${MISHAPS.duplicate} % come twice, ${MISHAPS.reorder} % out of order. Open the app as its merchant does, which installs it:

  ${appPage}

From then on its webhooks are taken; those of other shops are ignored, unless UNKNOWN_SHOPS=take is set.
Within a minute it begins to reconcile: npm run ops -- reconcile ls. By hand: POST ${control}/${name}/sell, …/uninstall, …/redact
`;
}
