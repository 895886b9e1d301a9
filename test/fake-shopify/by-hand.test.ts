import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { FalseIngest } from '../load-tests/false-ingest.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { ask, exchange, post, SHOP, startWithShop, stopAll } from './asking.ts';

afterEach(stopAll);

test('a person can do by hand what a test does', async () => {
  const { shopify, shop } = await startWithShop();
  const act = (name: string, body: object = {}) => post(`${shopify.url}/_control/${SHOP}/${name}`, body);
  expect((await act('sell', { orders: 3 })).json).toMatchObject({ shop: SHOP, installed: true, orders: 3 });
  const { access_token } = (await exchange(shopify, shop.sessionToken())).json;
  await act('expire-tokens');
  expect((await ask(shopify, shop, '{ shop { name } }', {}, String(access_token))).status).toBe(401);
  await act('trouble', { kind: 'locked', times: 1 });
  expect((await ask(shopify, shop, '{ shop { name } }')).status).toBe(423);
  expect((await act('uninstall')).json).toMatchObject({ installed: false });
  const { json } = await http(`${shopify.url}/_control/state`);
  expect(json.shops).toMatchObject([{ shop: SHOP, orders: 3, calls: { exchanges: 1, unauthorized: 1 } }]);
});

test('an order that is sold by hand may be spared the mishaps of the others, and its name is answered', async () => {
  const attempts: string[] = [];
  const { shopify, shop } = await startWithShop({
    receive: () => Promise.resolve(200),
    onAttempt: ({ topic }) => attempts.push(topic),
  });
  shop.switch({ drop: 100 });
  const sell = (more: object) => post(`${shopify.url}/_control/${SHOP}/sell`, { ending: 'paid', ...more });
  expect((await sell({ orders: 2 })).json.sold).toEqual(
    shop.orders.map(({ id, number }) => ({ id, name: `#${number}` })),
  );
  await shopify.settled();
  expect(attempts).toEqual([]);
  await sell({ withoutMishaps: true });
  await shopify.settled();
  expect(attempts.toSorted()).toEqual([
    'order_transactions/create',
    'orders/create',
    'orders/paid',
    'orders/updated',
  ]);
  expect((await sell({ ending: 'sold twice' })).status).toBe(400);
});

test('an unknown or invalid action is refused with the reason', async () => {
  const { shopify } = await startWithShop();
  const act = (name: string, body: object) => post(`${shopify.url}/_control/${SHOP}/${name}`, body);
  expect((await act('explode', {})).status).toBe(404);
  expect((await act('constructor', {})).status).toBe(404);
  expect((await act('switch', { drop: 300 })).status).toBe(400);
  expect((await act('switch', { dorp: 3 })).status).toBe(400);
  expect((await act('trouble', { kind: 'rain' })).json.error).toContain('unknown kind of trouble');
});

test('a page in a browser cannot control it', async () => {
  const { shopify } = await startWithShop();
  const uninstall = `${shopify.url}/_control/${SHOP}/uninstall`;
  expect((await post(uninstall, {}, { origin: 'https://example.com' })).status).toBe(403);
  expect((await post(uninstall, {}, { host: 'evil.example.com' })).status).toBe(403);
  expect(shopify.shop(SHOP).installed).toBe(true);
});

test('the command serves a store that sells, until it is stopped', async () => {
  const ingest = await FalseIngest.start(() => ({ status: 200, json: {} }));
  const file = path.resolve('scripts/fake-shopify.ts');
  const args = [file, '--port', '0', '--secret', 's', '--webhooks', `${ingest.url}/webhooks`];
  const command = spawn(process.execPath, [...args, '--orders-per-minute', '600', '--shop', SHOP], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let said = '';
    command.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said.includes('address'));
    await until(() => ingest.attempts.some(({ shop }) => shop === SHOP));
    const [, url] = /address\s+(\S+)/.exec(said) ?? [];
    const { json } = await http(`${url}/_control/state`);
    expect(json.shops).toMatchObject([{ shop: SHOP, installed: true }]);
  } finally {
    command.kill('SIGINT');
    const [code] = (await once(command, 'exit')) as [number | null];
    await ingest.close();
    expect(code).toBe(0);
  }
});
