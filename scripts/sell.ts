import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../src/system/errors.ts';
import { openApp } from '../testkit/fake-shopify/merchant.ts';
import { readLocal, type LocalFile, type LocalStore } from '../testkit/local/state.ts';

/**
 * npm run sell: the store of `npm start -- --fake-shopify` sells an order, which is paid and then not shipped. Its webhooks
 * are not among those that are lost. The order's key is the only line of the output; all else goes to stderr.
 */
const TAKES_MS = 20_000;
const BETWEEN_MS = 250;
const tell = (text: string) => process.stderr.write(`${text}\n`);

try {
  await sellOne();
} catch (error) {
  tell(messageOf(error));
  process.exitCode = 1;
}

async function sellOne(): Promise<void> {
  const local = readLocal();
  if (!local?.store)
    throw new Error('no store is running here: run "npm start -- --fake-shopify" in another terminal');
  await openApp(local.store.appPage);
  const { id, name } = await sell(local.store);
  const key = `${local.store.name}/${id}`;
  if (!(await isPaid(local, key))) throw new Error(`${name} is sold, but Lockstep does not show it as paid`);
  process.stdout.write(`${key}\n`);
  tell(`
${name} is sold and paid: ${local.dashboardUrl}/orders/${key}
its history: npm run ops -- order ${key}
its effects: npm run ops -- effects order ${key}`);
}

async function sell({ control, name }: LocalStore): Promise<{ id: string; name: string }> {
  const answer = await fetch(`${control}/${name}/sell`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ live: true, ending: 'paid', withoutMishaps: true }),
  });
  const { sold, error } = (await answer.json()) as { sold?: { id: string; name: string }[]; error?: string };
  const [order] = sold ?? [];
  if (!order) throw new Error(`the store sold nothing: ${error ?? answer.status}`);
  return order;
}

/** Waits until Lockstep has applied its webhooks. */
async function isPaid({ dashboardUrl, adminToken }: LocalFile, key: string): Promise<boolean> {
  const deadline = Date.now() + TAKES_MS;
  while (Date.now() < deadline) {
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await fetch(`${dashboardUrl}/api/orders/${key}`, { headers });
    const order = (await answer.json()) as { financialStatus?: string };
    if (order.financialStatus === 'paid') return true;
    await sleep(BETWEEN_MS);
  }
  return false;
}
