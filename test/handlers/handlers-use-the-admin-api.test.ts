import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handler } from '../../src/handlers.ts';
import { runHandler } from '../../src/testing.ts';
import { HandlingWithShopify } from './shopify-inside.ts';

const HOLD = `
  const { order: held } = await step('find', () => shopify.graphql(
    'query Find($id: ID!) { order(id: $id) { fulfillmentOrders(first: 1) { nodes { id } } } }',
    { id: 'gid://shopify/Order/' + change.order.id }));
  const answer = await step('hold', () => shopify.graphql(
    \`mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
       fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) { fulfillmentOrder { status } userErrors { message } }
     }\`,
    { id: held.fulfillmentOrders.nodes[0].id, hold: { reason: 'INVENTORY_OUT_OF_STOCK' } }));
  did(JSON.stringify(answer.fulfillmentOrderHold));`;
const REFUND = `
  const { order: paid } = await step('find', () => shopify.graphql(
    'query Find($id: ID!) { order(id: $id) { transactions(first: 1) { id gateway } } }',
    { id: 'gid://shopify/Order/' + change.order.id }));
  const [{ id: parentId, gateway }] = paid.transactions;
  const orderId = 'gid://shopify/Order/' + change.order.id;
  const answer = await step('refund', async ({ key }) => {
    const answer = await shopify.graphql(
      \`mutation Refund($input: RefundInput!, $key: String!) {
         refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { message } }
       }\`,
      { key, input: { orderId, transactions: [{ orderId, parentId, gateway, kind: 'REFUND', amount: '1.00' }] } });
    if (times('died') === 0) { did('died'); process.kill(process.pid, 'SIGKILL'); }
    return answer.refundCreate;
  });
  did(answer.userErrors.length + ' errors');`;
const ASK = `await step('ask', () => shopify.graphql('{ shop { name } }'));`;

describe('a handler and the Admin API', () => {
  let world: HandlingWithShopify;
  beforeEach(async () => {
    world = await HandlingWithShopify.open({ points: { maximum: 2000, restorePerSecond: 1 } });
  });
  afterEach(() => world.close());

  const failed = async (code = ASK, before: () => void = () => undefined) => {
    world.handling.write('ask', code);
    await world.handling.start();
    if (!world.shop.installed) world.shop.install(['read_orders']);
    await world.shop.sell(1, { ending: 'cancelled' });
    before();
    await world.arrive();
    const { lastError } = await world.handling.ends('ask', 'failing');
    return lastError;
  };

  test('writes to its shop; its process has no token', async () => {
    await world.install();
    world.handling.write('hold', `did(JSON.stringify(process.env));${HOLD}`);
    await world.handling.start();
    const order = await world.sell();
    await world.handling.ends('hold', 'done');
    expect(order.holds).toHaveLength(1);
    expect(world.handling.did.at(-1)).toBe('{"fulfillmentOrder":{"status":"ON_HOLD"},"userErrors":[]}');
    expect(world.handling.did[0]).not.toMatch(/shpat|the-client-secret|TOKEN_KEYS/);
  });

  test('refunds once, although its process dies after the refund: its key is the same', async () => {
    await world.install();
    world.handling.write('refund', REFUND);
    world.handling.hasten();
    await world.handling.start();
    const order = await world.sell();
    await world.handling.ends('refund', 'done');
    expect(world.handling.did).toEqual(['died', '0 errors']);
    expect(order.rest().refunds).toHaveLength(1);
    const topics = await world.arrive();
    expect(topics.filter((topic) => topic === 'refunds/create')).toHaveLength(1);
  });

  test('of a shop that did not install the app', async () => {
    expect(await failed()).toContain(
      'step "ask": Shopify: the app is not installed for this shop (NOT_INSTALLED)',
    );
  });

  test('of a shop that uninstalled the app: its token is refused', async () => {
    await world.install();
    const lastError = await failed(ASK, () => world.shop.uninstall());
    expect(lastError).toContain('Shopify: the app is not installed for this shop (NOT_INSTALLED)');
  });

  test('that throttles without an end', async () => {
    await world.install();
    world.shop.troubles.add('throttled', { times: 100 });
    expect(await failed()).toContain('Shopify: the query budget of the shop is used up (THROTTLED)');
  });

  test('that does not answer while the run has time', async () => {
    await world.install();
    world.shop.troubles.add('slow', { times: 100, ms: 30_000 });
    world.handling.write('ask', ASK, 'timeoutMs: 1000,');
    await world.handling.start();
    await world.sell();
    const { lastError } = await world.handling.ends('ask', 'failing');
    expect(lastError).toMatch(/did not end within 1000 ms|no usable answer/);
  });

  test('with a query that Shopify cannot carry out, or that is too large: what Shopify wrote is only in the error', async () => {
    await world.install();
    const shown = await failed(
      `try { await shopify.graphql('{ shopp { name } }'); } catch (error) { did(error.detail); throw error; }`,
    );
    expect(shown).toContain('Shopify: Shopify could not carry out the query (QUERY_FAILED)');
    expect(shown).not.toContain('shopp');
    expect(world.handling.did.at(-1)).toContain('shopp');
  });

  test('with a query that is too large', async () => {
    expect(await failed(`await shopify.graphql('x'.repeat(300_000));`)).toContain('(TOO_LARGE)');
  });

  test('in lockstep/testing, the test answers', async () => {
    const asks = handler({
      name: 'ask',
      on: 'orders/create',
      run: async ({ shopify, step, log }) => {
        const { shop } = await step('ask', () => shopify.graphql<{ shop: string }>('{ shop }', { a: 1 }));
        log.info(shop);
      },
    });
    const webhooks = [{ topic: 'orders/create', body: { id: 1, updated_at: '2026-11-20T10:00:00Z' } }];
    const shopify = (query: string, variables: object) => ({ shop: query + JSON.stringify(variables) });
    const { logged } = await runHandler(asks, { webhooks, shopify, dieAt: 'every step' });
    expect(logged).toEqual(['{ shop }{"a":1}']);
    const { runs } = await runHandler(asks, { webhooks });
    expect(runs[0]?.because).toContain('(NOT_SET_UP)');
  });
});
