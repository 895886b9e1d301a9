import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handler } from '../../src/handlers.ts';
import { runHandler } from '../../src/testing.ts';
import type { FakeOrder, Json } from '../../testkit/fake-shopify/fake-order.ts';
import type { Receive } from '../../testkit/fake-shopify/postman.ts';
import { ask, startWithShop, stopAll } from './asking.ts';

const REFUND = `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    order { displayFinancialStatus }
    refund { id totalRefundedSet { shopMoney { amount } } refundLineItems(first: 5) { nodes { quantity restockType } } }
    userErrors { field message }
  }
}`;
const ASKED = `query Asked($id: ID!) {
  order(id: $id) {
    displayFinancialStatus updatedAt transactions(first: 5) { id kind amountSet { shopMoney { amount } } }
    lineItems(first: 5) { nodes { id quantity currentQuantity } } refunds(first: 5) { id }
  }
}`;

interface Asked {
  displayFinancialStatus: string;
  updatedAt: string;
  transactions: { id: string; kind: string; amountSet: { shopMoney: { amount: string } } }[];
  lineItems: { nodes: { id: string; quantity: number; currentQuantity: number }[] };
  refunds: { id: string }[];
}

let told: { topic: string; body: Json }[];
let world: Awaited<ReturnType<typeof startWithShop>>;
let order: FakeOrder;
let key = 0;

const asked = async () => {
  const { json } = await ask(world.shopify, world.shop, ASKED, { id: order.gid });
  return (json.data as { order: Asked }).order;
};
const refund = async (input: object, given = `key ${(key += 1)}`) => {
  const variables = { input: { orderId: order.gid, ...input }, key: given };
  const { json } = await ask(world.shopify, world.shop, REFUND, variables);
  return json as { data?: { refundCreate: Json }; errors?: object[] };
};
const money = async (amount: number) => {
  const [parent] = (await asked()).transactions;
  const transaction = { orderId: order.gid, gateway: 'bogus', kind: 'REFUND', parentId: parent?.id };
  return { transactions: [{ ...transaction, amount: amount.toFixed(2) }] };
};
const paid = async () => Number((await asked()).transactions[0]?.amountSet.shopMoney.amount);

describe('refundCreate', () => {
  beforeEach(async () => {
    told = [];
    const receive: Receive = (headers, body) => {
      const topic = Object.entries(headers).find(([name]) => /topic/i.test(name))?.[1];
      told.push({ topic: String(topic), body: JSON.parse(body.toString()) as Json });
      return Promise.resolve(200);
    };
    world = await startWithShop({ receive });
    world.shop.install(['write_orders']);
    order = (await world.shop.sell(1, { ending: 'paid' }))[0] as FakeOrder;
    await world.shopify.settled();
  });
  afterEach(stopAll);

  test('refunds a line: queries see it, and its webhooks bring the same state into Lockstep', async () => {
    const before = told.splice(0).filter(({ topic }) => topic !== 'app/scopes_update');
    const [line] = (await asked()).lineItems.nodes;
    const made = await refund({
      note: 'damaged',
      refundLineItems: [{ lineItemId: line?.id, quantity: 1, restockType: 'RETURN' }],
      ...(await money(7.5)),
    });
    expect(made.data?.refundCreate).toMatchObject({
      order: { displayFinancialStatus: 'PARTIALLY_REFUNDED' },
      refund: {
        totalRefundedSet: { shopMoney: { amount: '7.5' } },
        refundLineItems: { nodes: [{ quantity: 1, restockType: 'RETURN' }] },
      },
      userErrors: [],
    });
    const now = await asked();
    expect(now.refunds).toHaveLength(1);
    expect(now.transactions.map(({ kind }) => kind)).toEqual(['SALE', 'REFUND']);
    expect(now.lineItems.nodes[0]?.currentQuantity).toBe(Number(line?.currentQuantity) - 1);
    await world.shopify.settled();
    expect(told.map(({ topic }) => topic)).toEqual([
      'order_transactions/create',
      'refunds/create',
      'orders/updated',
    ]);
    expect(Date.parse(String(told[2]?.body.updated_at))).toBe(Date.parse(now.updatedAt));
    const seen: unknown[] = [];
    const watch = handler({
      name: 'watch',
      on: '*',
      run: ({ change: { data } }) => seen.push([data?.financialStatus, data?.refunds.length]),
    });
    await runHandler(watch, { webhooks: [...before, ...told], shop: world.shop.name });
    expect(seen.at(-1)).toEqual(['partially_refunded', 1]);
  });

  test('refunds the rest: the order is refunded', async () => {
    await refund(await money(5));
    const rest = (await paid()) - 5;
    expect((await refund(await money(rest))).data?.refundCreate).toMatchObject({
      order: { displayFinancialStatus: 'REFUNDED' },
      userErrors: [],
    });
    expect((await asked()).refunds).toHaveLength(2);
  });

  test.each([
    ['more money than was paid', async () => money((await paid()) + 0.01), /^Refund amount exceeds/],
    ['no money', () => money(0), /must be greater than 0/],
    [
      'more items than were sold',
      async () => ({
        refundLineItems: [{ lineItemId: (await asked()).lineItems.nodes[0]?.id, quantity: 99 }],
      }),
      /cannot refund more items than were purchased/,
    ],
    [
      'a payment of another order',
      async () => ({
        transactions: [{ ...(await money(1)).transactions[0], parentId: 'gid://shopify/OrderTransaction/1' }],
      }),
      /parent is not a payment/,
    ],
    [
      'an order that does not exist',
      async () => ({ orderId: 'gid://shopify/Order/1' }),
      /^Order does not exist$/,
    ],
  ])('refuses %s in userErrors, and changes nothing', async (_, input, message) => {
    told = [];
    const before = await asked();
    expect((await refund(await input())).data?.refundCreate).toMatchObject({
      refund: null,
      userErrors: [{ message: expect.stringMatching(message) }],
    });
    expect(await asked()).toEqual(before);
    await world.shopify.settled();
    expect(told).toEqual([]);
  });

  test('more than was left, in two refunds, is refused; with allowOverRefunding it is not', async () => {
    const all = await paid();
    await refund(await money(all - 1));
    const more = await money(2);
    expect((await refund(more)).data?.refundCreate).toMatchObject({
      userErrors: [{ message: 'Refund amount exceeds the refundable amount of 1.00' }],
    });
    expect((await refund({ ...more, allowOverRefunding: true })).data?.refundCreate).toMatchObject({
      userErrors: [],
    });
  });

  test('the same key refunds once, with the same answer; it must not come with another input', async () => {
    const input = await money(5);
    const first = await refund(input, 'one');
    expect(await refund(input, 'one')).toMatchObject({ data: first.data as object });
    expect((await asked()).refunds).toHaveLength(1);
    expect((await refund(await money(6), 'one')).errors).toMatchObject([
      { message: expect.stringContaining('other parameters') },
    ]);
    expect((await asked()).refunds).toHaveLength(1);
  });

  test('needs a key, and its scope', async () => {
    const input = { orderId: order.gid, ...(await money(1)) };
    const bare = `mutation($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }`;
    const { json } = await ask(world.shopify, world.shop, bare, { input });
    expect(json.errors).toMatchObject([{ message: expect.stringContaining('@idempotent') }]);
    world.shop.install(['read_orders']);
    expect((await refund(input)).errors).toMatchObject([{ extensions: { code: 'ACCESS_DENIED' } }]);
  });
});
