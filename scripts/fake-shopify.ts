import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../src/system/errors.ts';
import { randomFrom } from '../testkit/deliveries/random.ts';
import type { Percentages } from '../testkit/fake-shopify/disorder.ts';
import { FakeShopify } from '../testkit/fake-shopify/fake-shopify.ts';
import { readLocal } from '../testkit/local/state.ts';

/** npm run fake-shopify: a simulated Shopify on this machine, with a store that sells, until Ctrl-C. */
interface Options extends Percentages {
  port: number;
  webhooks?: string;
  app?: string;
  secret?: string;
  key: string;
  shop: string[];
  scopes: string;
  installed: boolean;
  ordersPerMinute: number;
  timeScale: number;
  seed: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const command = new Command('npm run fake-shopify --')
  .description('A simulated Shopify: OAuth, Admin API, webhooks, and a store that sells. On 127.0.0.1 only.')
  .option('--port <port>', 'the port to listen on; 0 for any', numberArgument, 4_800)
  .option('--webhooks <url>', 'the full URL that webhooks are sent to; default: the one of npm start')
  .option('--app <url>', 'the full URL of the app that the admin shows')
  .option('--secret <secret>', "the app's secret; default: SHOPIFY_API_SECRET, or that of npm start")
  .option('--key <key>', "the app's client id", process.env.SHOPIFY_API_KEY ?? 'fake-app')
  .option('--shop <domains...>', 'the stores', ['example.myshopify.com'])
  .option('--scopes <scopes>', 'the scopes that the app has', 'read_orders,read_fulfillments')
  .option('--no-installed', 'the app is not installed until OAuth installs it')
  .option('--orders-per-minute <number>', 'orders that each store sells per minute', numberArgument, 6)
  .option('--drop <percent>', 'percentage of webhooks that are never sent', numberArgument, 0)
  .option('--delay <percent>', 'percentage of webhooks that arrive minutes late', numberArgument, 0)
  .option('--duplicate <percent>', 'percentage of webhooks that arrive twice', numberArgument, 0)
  .option('--reorder <percent>', 'percentage of webhooks that arrive after later ones', numberArgument, 0)
  .option(
    '--hold <percent>',
    'percentage of webhooks that are held until POST /_control/<shop>/release',
    numberArgument,
    0,
  )
  .option(
    '--time-scale <factor>',
    'scales waits: 0.01 makes the four hours of retries 144 s',
    numberArgument,
    1,
  )
  .option('--seed <number>', 'repeats the same orders and mishaps', numberArgument, 1)
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

async function run(options: Options): Promise<void> {
  const local = readLocal();
  const secret = options.secret ?? process.env.SHOPIFY_API_SECRET ?? local?.shopifySecret;
  if (!secret) throw new Error("set the app's secret: --secret or SHOPIFY_API_SECRET");
  const webhooksUrl = options.webhooks ?? (local ? `${local.ingestUrl}/webhooks` : undefined);
  const shopify = await FakeShopify.start({
    apiKey: options.key,
    apiSecret: secret,
    port: options.port,
    timeScale: options.timeScale,
    random: randomFrom(options.seed),
    ...(webhooksUrl === undefined ? {} : { webhooksUrl }),
    ...(options.app === undefined ? {} : { appUrl: options.app }),
  });
  for (const name of options.shop) openShop(shopify, name, options);
  announce(shopify, options, webhooksUrl);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await shopify.stop();
}

function openShop(shopify: FakeShopify, name: string, options: Options): void {
  const { drop, delay, duplicate, reorder, hold } = options;
  const shop = shopify.shop(name);
  shop.switch({ drop, delay, duplicate, reorder, hold });
  if (options.installed) shop.install(options.scopes.split(','));
  if (options.ordersPerMinute > 0) shop.open(options.ordersPerMinute);
}

function announce({ url }: FakeShopify, options: Options, webhooksUrl: string | undefined): void {
  say(`
A simulated Shopify is running. Ctrl-C stops it; it keeps nothing.

  address    ${url}   (for Lockstep: SHOPIFY_API_URL=${url})
  stores     ${options.shop.join(', ')}, ${options.ordersPerMinute} orders per minute each
  webhooks   ${webhooksUrl ?? 'nowhere: --webhooks <url>'}
  state      curl ${url}/_control/state
  control    curl -X POST -H 'content-type: application/json' -d '{"orders": 3}' ${url}/_control/${options.shop[0]}/sell
`);
}

function numberArgument(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('not a number');
  return number;
}
