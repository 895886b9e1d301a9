import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import type { Attempt } from '../../testkit/fake-shopify/postman.ts';
import { FalseIngest, type Reply } from '../load-tests/false-ingest.ts';
import { until } from '../support/until.ts';
import { APP, ask, startWithShop, stopAll } from './asking.ts';

const OK: Reply = { status: 200, json: {} };
const ingests: FalseIngest[] = [];

type Answer = Parameters<typeof FalseIngest.start>[0];

async function startWithIngest(answer: Answer, options: Parameters<typeof startWithShop>[0] = {}) {
  const ingest = await FalseIngest.start(answer);
  ingests.push(ingest);
  const both = await startWithShop({ webhooksUrl: `${ingest.url}/webhooks`, ...options });
  return { ingest, ...both };
}

afterEach(async () => {
  await stopAll();
  await Promise.all(ingests.splice(0).map((ingest) => ingest.close()));
});

const header = (ingest: FalseIngest, name: string) =>
  ingest.attempts.map(({ headers }) => String(headers[`x-shopify-${name}`]));

describe('an attempt', () => {
  test("is signed, and has all of Shopify's headers", async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK);
    const [order] = await shop.sell(1);
    await shopify.settled();
    expect(ingest.attempts.length).toBe(shop.webhooks.delivered);
    for (const { headers, body } of ingest.attempts) {
      const hmac = createHmac('sha256', APP.apiSecret).update(body).digest('base64');
      expect(headers).toMatchObject({
        'x-shopify-hmac-sha256': hmac,
        'x-shopify-shop-domain': shop.name,
        'x-shopify-topic': expect.stringMatching(/^[a-z_]+\/[a-z_]+$/),
        'x-shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-shopify-event-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-shopify-triggered-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/),
        'x-shopify-api-version': expect.stringMatching(/^\d{4}-\d\d$/),
        'content-type': 'application/json',
      });
      expect(Date.parse(String(headers['x-shopify-triggered-at']))).toBeLessThanOrEqual(Date.now());
    }
    const newest = ingest.attempts
      .filter(({ headers }) => String(headers['x-shopify-topic']).startsWith('orders/'))
      .map(({ body }) => JSON.parse(body.toString()) as { updated_at: string })
      .toSorted((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at))
      .at(-1);
    expect(order?.rest()).toEqual(newest);
  });

  test('webhooks of one action share an event id, and not a webhook id', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK);
    await shop.sell(1);
    await shopify.settled();
    const topics = header(ingest, 'topic');
    const events = header(ingest, 'event-id');
    expect(events[topics.indexOf('orders/create')]).toBe(events[topics.indexOf('orders/paid')]);
    expect(new Set(events).size).toBeLessThan(topics.length);
    expect(new Set(events).size).toBeGreaterThan(1);
    expect(new Set(header(ingest, 'webhook-id')).size).toBe(topics.length);
  });

  test('counts as delivered with 2xx and nothing else', async () => {
    const answers: Reply[] = [
      { status: 302, json: {} },
      { status: 404, json: {} },
      null,
      { status: 201, json: {} },
    ];
    const { ingest, shopify, shop } = await startWithIngest(({ time }) => answers[time - 1] as Reply);
    shop.uninstall();
    await shopify.settled();
    expect(ingest.attempts).toHaveLength(4);
    expect(shop.webhooks).toMatchObject({ delivered: 1, retried: 3, givenUp: 0, attempts: 4 });
  });

  test('fails if it is not answered in time', async () => {
    const never = Promise.withResolvers<Reply>();
    const { ingest, shopify, shop } = await startWithIngest(({ time }) => (time === 1 ? never.promise : OK), {
      deadlines: { connectMs: 1_000, totalMs: 300 },
    });
    shop.uninstall();
    await shopify.settled();
    never.resolve(OK);
    expect(shop.webhooks).toMatchObject({ delivered: 1, retried: 1 });
    expect(ingest.attempts).toHaveLength(2);
  });
});

describe('retries', () => {
  test('have the same id, body and signature, eight times; then it is given up', async () => {
    const attempts: Attempt[] = [];
    const { ingest, shopify, shop } = await startWithIngest(() => ({ status: 500, json: {} }), {
      timeScale: 0.000_01,
      onAttempt: (attempt) => attempts.push(attempt),
    });
    shop.redact();
    await shopify.settled();
    expect(ingest.attempts).toHaveLength(9);
    const once = (values: unknown[]) => expect(new Set(values).size).toBe(1);
    once(header(ingest, 'webhook-id'));
    once(header(ingest, 'hmac-sha256'));
    once(header(ingest, 'triggered-at'));
    once(ingest.attempts.map(({ body }) => body.toString()));
    expect(shop.webhooks).toMatchObject({ attempts: 9, retried: 8, givenUp: 1, delivered: 0 });
    expect(attempts.map(({ nth }) => nth)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(attempts.at(-1)).toMatchObject({ shop: shop.name, topic: 'shop/redact', status: 500 });
  });

  test('if nothing listens, webhooks are retried too', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK, { timeScale: 0.000_01 });
    await ingests.splice(0)[0]?.close();
    shop.redact();
    await shopify.settled();
    expect(ingest.attempts).toHaveLength(0);
    expect(shop.webhooks).toMatchObject({ attempts: 9, givenUp: 1 });
  });
});

test('as many webhooks are sent at a time as there are connections, and no more', async () => {
  let [open, most] = [0, 0];
  const full = Promise.withResolvers<void>();
  const answer = async () => {
    open += 1;
    most = Math.max(most, open);
    if (open === 3) full.resolve();
    await full.promise;
    open -= 1;
    return OK;
  };
  const { shopify, shop } = await startWithIngest(answer, { connections: 3 });
  await shop.sell(10);
  await shopify.settled();
  expect(most).toBe(3);
  expect(shop.webhooks.givenUp).toBe(0);
});

describe('which webhooks are sent, and which are not', () => {
  test('an app that is not installed gets no order webhooks, but compliance webhooks', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK);
    const [order] = await shop.sell(1, { customerId: 7_001 });
    await shopify.settled();
    ingest.attempts.length = 0;
    shop.uninstall();
    await shop.sell(1);
    shop.change(order as FakeOrder);
    shop.requestData(7_001);
    shop.redactCustomer(7_001);
    shop.redact();
    await shopify.settled();
    const bodies = Object.fromEntries(
      ingest.attempts.map(({ headers, body }) => [
        String(headers['x-shopify-topic']),
        JSON.parse(body.toString()) as object,
      ]),
    );
    const ids = { shop_id: shop.id, shop_domain: shop.name };
    expect(bodies).toEqual({
      'app/uninstalled': expect.objectContaining({ id: shop.id, myshopify_domain: null }),
      'customers/data_request': {
        ...ids,
        customer: { id: 7_001, email: expect.any(String), phone: expect.any(String) },
        orders_requested: [Number(order?.id)],
        data_request: { id: 1 },
      },
      'customers/redact': {
        ...ids,
        customer: { id: 7_001, email: expect.any(String), phone: expect.any(String) },
        orders_to_redact: [Number(order?.id)],
      },
      'shop/redact': ids,
    });
  });

  test('changed scopes are reported; the same ones are not', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK);
    shop.install(['read_fulfillments', 'read_orders']);
    shop.install(['read_orders']);
    await shopify.settled();
    expect(header(ingest, 'topic')).toEqual(['app/scopes_update']);
    expect(JSON.parse(String(ingest.attempts[0]?.body))).toMatchObject({
      previous: ['read_fulfillments', 'read_orders'],
      current: ['read_orders'],
    });
  });

  test('a subscription through the API doubles its topic: another webhook, the same event', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK);
    shop.subscribe('orders/updated', 'https://app.example.com/webhooks');
    const [order] = await shop.sell(1);
    await shopify.settled();
    ingest.attempts.length = 0;
    shop.change(order as FakeOrder);
    await shopify.settled();
    expect(header(ingest, 'topic')).toEqual(['orders/updated', 'orders/updated']);
    expect(new Set(header(ingest, 'webhook-id')).size).toBe(2);
    expect(new Set(header(ingest, 'event-id')).size).toBe(1);
    const query = '{ webhookSubscriptions(first: 5) { nodes { topic uri } } }';
    expect((await ask(shopify, shop, query)).json.data).toEqual({
      webhookSubscriptions: { nodes: [{ topic: 'ORDERS_UPDATED', uri: 'https://app.example.com/webhooks' }] },
    });
  });

  test('topics that the app did not subscribe to are not sent', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK, { topics: ['orders/create'] });
    await shop.sell(2);
    await shopify.settled();
    expect(header(ingest, 'topic')).toEqual(['orders/create', 'orders/create']);
  });

  test('a change updates the order; a deletion removes it', async () => {
    const { ingest, shopify, shop } = await startWithIngest(() => OK, { connections: 1 });
    const [order] = (await shop.sell(1)) as [FakeOrder];
    await shopify.settled();
    const before = order.updatedAt.getTime();
    ingest.attempts.length = 0;
    shop.change(order, { financial_status: 'refunded' });
    shop.delete(order);
    await shopify.settled();
    const [changed, deleted] = ingest.attempts.map(({ body }) => JSON.parse(body.toString()) as unknown);
    expect(changed).toEqual(order.rest());
    expect(order.rest().financial_status).toBe('refunded');
    expect(order.updatedAt.getTime()).toBeGreaterThan(before);
    expect(deleted).toEqual({ id: Number(order.id) });
    expect(shop.orders).toEqual([]);
  });
});

test('a live order is reported when it happens, and not before', async () => {
  const { ingest, shop } = await startWithIngest(() => OK);
  const [order] = (await shop.sell(1, { live: true })) as [FakeOrder];
  expect(shop.orders).toEqual([]);
  expect(ingest.attempts).toEqual([]);
  await until(() => header(ingest, 'topic').length >= 4);
  expect(header(ingest, 'topic').toSorted()).toEqual([
    'order_transactions/create',
    'orders/create',
    'orders/paid',
    'orders/updated',
  ]);
  expect(shop.orders).toEqual([order]);
  expect(order.rest()).toMatchObject({ financial_status: 'paid', fulfillment_status: null });
});

test('webhooks never leave this machine', async () => {
  const { shopify } = await startWithShop();
  expect(() => shopify.deliverTo('https://shop.example.com/webhooks')).toThrow('loopback only');
});
