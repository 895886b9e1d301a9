import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { asShopDomain, orderKey } from '../src/order/identity.ts';
import { messageOf } from '../src/system/errors.ts';
import { plainLines } from '../src/ops/plain.ts';
import { routeOf } from '../src/order/routing.ts';
import { isSent, isTopic, TOPICS, type Topic } from '../src/order/topics.ts';
import { beginOf } from '../testkit/deliveries/sample-times.ts';
import { lifeOf, type Delivery } from '../testkit/deliveries/life.ts';
import { randomFrom } from '../testkit/deliveries/random.ts';
import { sendSigned } from '../testkit/deliveries/signed.ts';
import { readLocal } from '../testkit/local/state.ts';

/** npm run send: sends signed sample webhooks, and prints each answer. */
interface Options {
  shop: string;
  order: number;
  file?: string;
  dup: number;
  url?: string;
}

/** Without the topics that only Lockstep itself uses. */
const SENT_TOPICS = (Object.keys(TOPICS) as Topic[]).filter(isSent);

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const command = new Command('npm run send --')
  .description('Sends signed sample webhooks to a running Lockstep and prints each answer.')
  .argument('<topic>', "a topic, such as orders/paid, or 'lifecycle' for one order's whole life")
  .option('--shop <domain>', 'the shop of the order', shopArgument, 'example.myshopify.com')
  .option(
    '--order <number>',
    'which order: its name is #<number>; the command prints its id',
    numberArgument,
    1001,
  )
  .option('--file <body.json>', 'send this body unchanged instead of a generated one')
  .option('--dup <times>', 'send each webhook this many more times', numberArgument, 0)
  .option('--url <url>', 'the URL of ingest; default: that of npm start')
  .configureOutput({ writeErr: (text) => void process.stderr.write(plainLines(text)) })
  .action(send);

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has closed the pipe: npm run send -- lifecycle | head.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${plainLines(messageOf(error))}\n`);
  process.exit(1);
}

async function send(topic: string, options: Options): Promise<void> {
  const { url, secret } = targetOf(options);
  const deliveries = deliveriesOf(topic, options);
  let refused = 0;
  const taken: Delivery[] = [];
  for (const delivery of deliveries)
    for (let time = 0; time <= options.dup; time += 1) {
      const { status, outcome } = await sendOne(url, delivery, secret);
      if (status !== 200) refused += 1;
      else if (outcome !== 'ignored') taken.push(delivery);
    }
  // A refused or ignored webhook has no history.
  for (const order of new Set(taken.flatMap(orderOf)))
    process.stdout.write(`\nits history: npm run ops -- order ${order}\n`);
  process.exitCode = refused === 0 ? 0 : 1;
}

function targetOf(options: Options): { url: string; secret: string } {
  const local = readLocal();
  const url = options.url ?? local?.ingestUrl;
  const secret = process.env.SHOPIFY_API_SECRET ?? local?.shopifySecret;
  if (!url || !secret)
    throw new Error(
      'Lockstep is not running here: run "npm start" in another terminal, or set --url and SHOPIFY_API_SECRET',
    );
  if (!LOOPBACK.has(new URL(url).hostname))
    throw new Error(`${url} is not on this machine: samples are sent to loopback only`);
  return { url, secret };
}

/** Sends and prints. */
async function sendOne(
  url: string,
  delivery: Delivery,
  secret: string,
): Promise<{ status: number; outcome: string }> {
  const { status, answer } = await sendSigned(url, delivery, secret).catch(() => {
    throw new Error(`no answer from ingest at ${url}: is Lockstep running there?`);
  });
  const event = typeof answer.event === 'string' ? `event ${answer.event.slice(0, 12)}…` : '';
  const because = typeof answer.because === 'string' ? `because ${answer.because}` : '';
  const columns = [
    String(status),
    String(answer.outcome).padEnd(11),
    delivery.topic.padEnd(28),
    event,
    because,
  ];
  process.stdout.write(`${columns.join('  ').trimEnd()}\n`);
  return { status, outcome: String(answer.outcome) };
}

/** The order whose history to show next. */
function orderOf({ topic, shop, body }: Delivery): string[] {
  const domain = asShopDomain(shop);
  const route = isTopic(topic) ? routeOf(topic, body) : null;
  return domain && route?.to === 'order' ? [orderKey(domain, route.orderId)] : [];
}

/** An order's life is the same each time it is sent, so that sending it again shows what duplicates do. */
function deliveriesOf(topic: string, { shop, order, file }: Options): Delivery[] {
  const begin = beginOf(shop, order);
  const life = lifeOf(randomFrom(order), shop, order, begin);
  if (topic === 'lifecycle') return life;
  const sample = file ? undefined : sampleOf(topic, life, shop, order, begin);
  if (!file && !sample)
    throw new Error(
      isTopic(topic)
        ? `no sample for ${topic}: give a body with --file`
        : `${topic} is not an order topic; the order topics are: ${SENT_TOPICS.join(', ')}`,
    );
  const body = file ? readFileSync(file) : (sample?.body ?? Buffer.alloc(0));
  return [
    { topic, shop, webhookId: randomUUID(), eventId: randomUUID(), triggeredAt: new Date(), ...sample, body },
  ];
}

function sampleOf(
  topic: string,
  life: Delivery[],
  shop: string,
  order: number,
  begin: Date,
): Delivery | undefined {
  const cancelled = lifeOf(randomFrom(order), shop, order, begin, 'cancelled');
  return [...life, ...cancelled].find((delivery) => delivery.topic === topic);
}

function shopArgument(text: string): string {
  const shop = asShopDomain(text);
  if (!shop) throw new InvalidArgumentError('Must be a shop domain, such as example.myshopify.com.');
  return shop;
}

function numberArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(text);
}
