import path from 'node:path';
import type { Page } from 'playwright-core';
import { planSale, type TopicName } from './sale/plan.ts';
import { newSending } from './sale/run-sale.ts';
import { sendAll } from './sale/send.ts';
import { startStack, type Target } from './sale/stack.ts';
import { lifeOf } from '../testkit/deliveries/life.ts';
import { randomFrom } from '../testkit/deliveries/random.ts';
import { sendSigned } from '../testkit/deliveries/signed.ts';
import { openBrowser } from '../testkit/local/chromium.ts';
import { adminToken, Lockstep } from '../testkit/local/lockstep.ts';

/**
 * npm run screenshots: takes the documents' screenshots. It starts a Lockstep and sends it a flash sale (a
 * minute).
 */
const FOLDER = path.resolve(import.meta.dirname, 'figures');
const SIZE = { width: 1280, height: 800 };
/** An order's page down to the end of its timeline. */
const ORDER_SIZE = { width: 1280, height: 1230 };
/**
 * Webhooks per second, one rate after another, so that the charts have a shape; the pictures are taken during
 * the last.
 */
const RATES = [120, 400, 220];
const SECONDS_EACH = 12;
const TOPICS: TopicName[] = ['create', 'transaction', 'paid', 'updated'];

const target = await startStack(1);
const lockstep = new Lockstep(target);
try {
  const { url } = await lockstep.start('dashboard');
  const order = await sendOneLife(target);
  const selling = sell(target);
  await takePictures(url, order, selling.last);
  await selling.ended;
} finally {
  await lockstep.stop();
  await target.close();
}

/**
 * A whole life with disorder that Shopify may produce: the first webhook twice, the third before the second.
 */
async function sendOneLife({ ingestUrl, secret }: Target): Promise<string> {
  const shop = 'example.myshopify.com';
  const life = lifeOf(randomFrom(1), shop, 1001, new Date(Date.now() - 120_000));
  const [create, transaction, paid, ...later] = life;
  for (const delivery of [create, create, paid, transaction, ...later])
    if (delivery) await sendSigned(ingestUrl, delivery, secret);
  return `${shop}/${(JSON.parse(String(create?.body)) as { id: number }).id}`;
}

/** @returns when the last rate has begun, and when everything is sent */
function sell({ ingestUrl: url, secret }: Target): { last: Promise<void>; ended: Promise<void> } {
  let begin = () => undefined as void;
  const last = new Promise<void>((resolve) => (begin = resolve));
  const all = async () => {
    for (const [nth, rate] of RATES.entries()) {
      if (nth === RATES.length - 1) setTimeout(begin, (SECONDS_EACH * 1000) / 2);
      const orders = Math.round((rate * SECONDS_EACH) / TOPICS.length);
      const sale = planSale({
        orders,
        shops: 3,
        topics: TOPICS,
        dup: 5,
        shuffle: 20,
        seed: nth,
        id: `${nth}`,
      });
      const options = { url, secret, connections: rate, rate };
      await sendAll(sale.deliveries, options, newSending(options));
    }
  };
  return { last, ended: all() };
}

async function takePictures(url: string, order: string, inTheMiddle: Promise<void>): Promise<void> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({
      viewport: SIZE,
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    const token = await adminToken('ada');
    await context.request.post(`${url}/api/session`, { data: { token } });
    const page = await context.newPage();
    await inTheMiddle;
    await take(page, `${url}/`, 'overview.png');
    await page.setViewportSize(ORDER_SIZE);
    await take(page, `${url}/orders/${order}`, 'order-timeline.png');
  } finally {
    await browser.close();
  }
}

async function take(page: Page, url: string, file: string): Promise<void> {
  await page.goto(url);
  await page.locator('#main h1').waitFor();
  await page.locator('#main .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: path.join(FOLDER, file) });
  process.stdout.write(`${path.join(FOLDER, file)}\n`);
}
