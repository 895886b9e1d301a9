import { afterEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import { ask, startWithShop, stopAll } from './asking.ts';

const LIST = `query Changed($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    edges { cursor node { id updatedAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Page {
  edges: { cursor: string; node: { id: string; updatedAt: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

type Both = Awaited<ReturnType<typeof startWithShop>>;

async function page({ shopify, shop }: Both, variables: object): Promise<Page> {
  const { json } = await ask(shopify, shop, LIST, variables);
  return (json.data as { orders: Page }).orders;
}

async function pages(both: Both, first: number, between: (nth: number) => void = () => undefined) {
  const ids: string[] = [];
  let after: string | null = null;
  for (let nth = 1; ; nth += 1) {
    const { edges, pageInfo }: Page = await page(both, { first, after });
    ids.push(...edges.map(({ node }) => node.id));
    if (!pageInfo.hasNextPage) return ids;
    after = pageInfo.endCursor;
    between(nth);
  }
}

const codesOf = (json: Record<string, unknown>) =>
  (json.errors as { extensions?: { code: string } }[]).map(({ extensions }) => extensions?.code);

afterEach(stopAll);

describe('pages of orders', () => {
  test('list every order once, oldest change first, even if many changed in one second', async () => {
    const both = await startWithShop();
    const from = new Date(Date.now() - 3_600_000);
    const orders = await both.shop.sell(23, { from });
    const expected = orders
      .toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime() || Number(a.id) - Number(b.id))
      .map(({ gid }) => gid);
    await expect(pages(both, 5)).resolves.toEqual(expected);
    expect(both.shop.calls.queries).toBe(5);
  });

  test('an order that changes between two pages comes again at the end, and none is skipped', async () => {
    const both = await startWithShop();
    const orders = await both.shop.sell(9);
    const ids = await pages(both, 3, (nth) => {
      if (nth === 1) both.shop.change(orders[0] as FakeOrder);
    });
    expect(new Set(ids)).toEqual(new Set(orders.map(({ gid }) => gid)));
    expect(ids.at(-1)).toBe(orders[0]?.gid);
    expect(ids).toHaveLength(10);
  });

  test('a search by updated_at has both ends, to the second', async () => {
    const both = await startWithShop();
    const [order] = await both.shop.sell(1);
    const at = order?.updatedAt ?? new Date(0);
    const near = (ms: number) => new Date(at.getTime() + ms).toISOString();
    const found = async (from: string, to: string) =>
      (await page(both, { first: 9, query: `updated_at:>='${from}' AND updated_at:<='${to}'` })).edges.length;
    await expect(found(near(0), near(0))).resolves.toBe(1);
    await expect(found(near(1_000), near(9_000))).resolves.toBe(0);
    await expect(found(near(-9_000), near(-1_000))).resolves.toBe(0);
  });

  test('a term that is not understood is ignored, with a warning', async () => {
    const { shopify, shop } = await startWithShop();
    await shop.sell(2);
    const { json } = await ask(shopify, shop, LIST, { first: 9, query: "changed_at:>'2026-01-01'" });
    expect((json.data as { orders: Page }).orders.edges).toHaveLength(2);
    expect(json.extensions).toMatchObject({ search: [{ warnings: [{ field: 'changed_at' }] }] });
  });

  test.each([
    ['more than 250', { first: 251 }, 'BAD_REQUEST'],
    ['an invalid cursor', { first: 1, after: 'nonsense' }, 'BAD_REQUEST'],
    ['not a number', {}, 'INVALID_VARIABLE'],
  ])('%s is refused, with status 200', async (_what, variables, code) => {
    const { shopify, shop } = await startWithShop();
    const { status, json } = await ask(shopify, shop, LIST, variables);
    expect({ status, codes: codesOf(json) }).toEqual({ status: 200, codes: [code] });
  });

  test('an app without the scope is refused with the reason; one with read_orders sees sixty days', async () => {
    const { shopify, shop } = await startWithShop();
    await shop.sell(1, { from: new Date(Date.now() - 61 * 24 * 3_600_000) });
    await shop.sell(1);
    const count = async () => {
      const { json } = await ask(shopify, shop, LIST, { first: 9 });
      return json.errors ? codesOf(json) : (json.data as { orders: Page }).orders.edges.length;
    };
    await expect(count()).resolves.toBe(1);
    shop.install(['read_orders', 'read_all_orders']);
    await expect(count()).resolves.toBe(2);
    shop.install(['read_products']);
    await expect(count()).resolves.toEqual(['ACCESS_DENIED']);
  });
});

describe('the number of orders', () => {
  const COUNT = `query Count($query: String, $limit: Int) {
    ordersCount(query: $query, limit: $limit) { count precision }
  }`;

  test('counts those that a search matches; with a limit, only up to it', async () => {
    const { shopify, shop } = await startWithShop();
    const [tried] = await shop.sell(3, { from: new Date('2026-11-20T10:00:00Z') });
    await shop.sell(2, { from: new Date('2026-11-21T10:00:00Z') });
    shop.change(tried as FakeOrder, { test: true });
    const count = async (query: string, limit: number | null = null) => {
      const { json } = await ask(shopify, shop, COUNT, { query, limit });
      return (json.data as { ordersCount: object }).ordersCount;
    };
    const day = `created_at:>='2026-11-20T00:00:00Z' AND created_at:<'2026-11-21T00:00:00Z'`;
    expect(await count('')).toEqual({ count: 5, precision: 'EXACT' });
    expect(await count(day)).toEqual({ count: 3, precision: 'EXACT' });
    expect(await count(`${day} AND test:true`)).toEqual({ count: 1, precision: 'EXACT' });
    expect(await count('', 4)).toEqual({ count: 4, precision: 'AT_LEAST' });
  });
});

describe('an order', () => {
  const WHOLE = `query Whole($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename: id
      ... on Order { ...Facts }
    }
  }
  fragment Facts on Order {
    number: name legacyResourceId createdAt updatedAt cancelledAt cancelReason closedAt test currencyCode
    displayFinancialStatus displayFulfillmentStatus
    totalPriceSet { shopMoney { amount currencyCode } }
    lineItems(first: 2) {
      nodes { id sku quantity currentQuantity requiresShipping originalUnitPriceSet { shopMoney { amount } } }
      pageInfo { hasNextPage endCursor }
    }
    fulfillments(first: 10) { id status displayStatus fulfillmentLineItems(first: 10) { nodes { quantity } } }
    refunds(first: 10) { id totalRefundedSet { shopMoney { amount } } transactions(first: 5) { nodes { kind } } }
    customer { id }
  }`;

  test('is what its newest REST body says, in GraphQL’s words', async () => {
    const { shopify, shop } = await startWithShop();
    shop.install(['read_orders', 'read_customers']);
    const orders = await shop.sell(10);
    const order = orders.find((each) => each.rest().cancelled_at === null) as FakeOrder;
    const rest = order.rest() as Record<string, unknown> & {
      line_items: Record<string, unknown>[];
      fulfillments: Record<string, unknown>[];
      refunds: { admin_graphql_api_id: string }[];
    };
    const { json } = await ask(shopify, shop, WHOLE, { ids: [order.gid, 'gid://shopify/Order/404'] });
    const [whole, missing] = (json.data as { nodes: Record<string, unknown>[] }).nodes;
    expect(missing).toBeNull();
    expect(whole).toMatchObject({
      __typename: order.gid,
      number: rest.name,
      legacyResourceId: order.id,
      updatedAt: order.updatedAt.toISOString().replace('.000', ''),
      cancelledAt: null,
      cancelReason: null,
      displayFinancialStatus: 'PARTIALLY_REFUNDED',
      displayFulfillmentStatus: 'FULFILLED',
      totalPriceSet: { shopMoney: { amount: expect.stringMatching(/^\d+\.\d$/), currencyCode: 'USD' } },
      customer: { id: `gid://shopify/Customer/${(rest.customer as { id: number }).id}` },
    });
    const { fulfillments, refunds, lineItems, totalPriceSet } = whole as unknown as {
      fulfillments: { id: string; status: string }[];
      refunds: { id: string; transactions: { nodes: { kind: string }[] } }[];
      lineItems: { nodes: { sku: string }[]; pageInfo: { hasNextPage: boolean } };
      totalPriceSet: { shopMoney: { amount: string } };
    };
    expect(Number(totalPriceSet.shopMoney.amount)).toBe(Number(rest.total_price));
    expect(fulfillments.map(({ id }) => id)).toEqual(rest.fulfillments.map((f) => f.admin_graphql_api_id));
    expect(refunds.map(({ id }) => id)).toEqual(rest.refunds.map((each) => each.admin_graphql_api_id));
    expect(refunds[0]?.transactions.nodes).toEqual([{ kind: 'REFUND' }]);
    expect(lineItems.nodes.map(({ sku }) => sku)).toEqual(rest.line_items.slice(0, 2).map(({ sku }) => sku));
    expect(lineItems.pageInfo.hasNextPage).toBe(rest.line_items.length > 2);
  });

  test('shows its customer and its address only to apps that may read them', async () => {
    const { shopify, shop } = await startWithShop();
    const [order] = (await shop.sell(1)) as [FakeOrder];
    const codes = async (field: string) => {
      const document = `query One($id: ID!) { order(id: $id) { ${field} } }`;
      const { json } = await ask(shopify, shop, document, { id: order.gid });
      return json.errors ? codesOf(json) : (json.data as { order: object }).order;
    };
    expect(await codes('customer { id }')).toEqual(['ACCESS_DENIED']);
    const place = 'shippingAddress { countryCodeV2 provinceCode }';
    expect(await codes(place)).toEqual({ shippingAddress: { countryCodeV2: 'US', provinceCode: 'KY' } });
    shop.hidesAddresses = true;
    expect(await codes(place)).toEqual(['ACCESS_DENIED']);
  });

  test('is found by its parts too', async () => {
    const { shopify, shop } = await startWithShop();
    const orders = await shop.sell(5);
    const order = orders.find((each) => each.rest().cancelled_at === null) as FakeOrder;
    const [fulfillment] = order.rest().fulfillments as { admin_graphql_api_id: string }[];
    const { json } = await ask(
      shopify,
      shop,
      'query($id: ID!) { node(id: $id) { ... on Fulfillment { id status } ... on Order { name } } }',
      { id: fulfillment?.admin_graphql_api_id },
    );
    expect(json.data).toEqual({ node: { id: fulfillment?.admin_graphql_api_id, status: 'SUCCESS' } });
  });

  test('reports a part before any whole body does', async () => {
    const { shop } = await startWithShop();
    const [order] = await shop.sell(1);
    const rest = order?.rest() as { id: number; fulfillments: object[]; updated_at: string };
    const part = { id: 1, order_id: rest.id, admin_graphql_api_id: 'gid://shopify/Fulfillment/1' };
    const at = new Date(Date.parse(rest.updated_at) + 5_000);
    const body = Buffer.from(JSON.stringify(part));
    order?.take({
      topic: 'fulfillments/create',
      shop: shop.name,
      webhookId: '',
      eventId: '',
      triggeredAt: at,
      body,
    });
    expect(order?.rest().fulfillments).toHaveLength(rest.fulfillments.length + 1);
    expect(Date.parse(String(order?.rest().updated_at))).toBe(at.getTime());
  });

  test.each([
    ['an unknown field', '{ orders(first: 1) { nodes { colour } } }', 'undefinedField'],
    ['an object without fields', '{ orders(first: 1) { nodes { totalPriceSet } } }', 'selectionMismatch'],
    ['fields of a scalar', '{ orders(first: 1) { nodes { id { x } } } }', 'selectionMismatch'],
    ['an unknown argument', '{ orders(first: 1, colour: "red") { nodes { id } } }', 'argumentNotAccepted'],
    ['a missing argument', '{ order { id } }', 'missingRequiredArguments'],
    [
      'an unknown sort key',
      '{ orders(first: 1, sortKey: COLOUR) { nodes { id } } }',
      'argumentLiteralsIncompatible',
    ],
    ['an undeclared variable', '{ order(id: $id) { id } }', 'variableNotDefined'],
    ['a variable of another type', 'query($id: Int!) { order(id: $id) { id } }', 'variableMismatch'],
    ['a variable that is not given', 'query($id: ID!) { order(id: $id) { id } }', 'INVALID_VARIABLE'],
    ['an unknown type', '{ node(id: "1") { ... on Colour { id } } }', 'undefinedType'],
    ['a page without a size', '{ orders { nodes { id } } }', 'BAD_REQUEST'],
    ['not GraphQL', '{ orders(first: 1', undefined],
  ])('%s is refused', async (_what, query, code) => {
    const { shopify, shop } = await startWithShop();
    await shop.sell(1);
    const { json } = await ask(shopify, shop, query);
    expect(codesOf(json)).toEqual([code]);
    expect(json.data ?? null).toBeNull();
  });
});

describe('points', () => {
  const costOf = (json: Record<string, unknown>) =>
    (json.extensions as { cost: { requestedQueryCost: number; actualQueryCost: number | null } }).cost;

  test('are reserved for what may be returned, and charged for what was returned', async () => {
    const { shopify, shop } = await startWithShop({ points: { maximum: 2_000, restorePerSecond: 0 } });
    await shop.sell(3);
    const { json } = await ask(shopify, shop, LIST, { first: 250 });
    expect(costOf(json)).toEqual({
      requestedQueryCost: 12,
      actualQueryCost: 3,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_997, restoreRate: 0 },
    });
    expect(shop.calls.points).toBe(3);
  });

  test('run out: THROTTLED with status 200, until some have returned', async () => {
    const { shopify, shop } = await startWithShop({ points: { maximum: 15, restorePerSecond: 0 } });
    await shop.sell(20);
    expect((await ask(shopify, shop, LIST, { first: 250 })).json.data).toBeDefined();
    const { status, json } = await ask(shopify, shop, LIST, { first: 250 });
    expect({ status, codes: codesOf(json) }).toEqual({ status: 200, codes: ['THROTTLED'] });
    expect(costOf(json).actualQueryCost).toBeNull();
    expect(shop.calls.throttled).toBe(1);
    shop.points.giveBack(20);
    expect((await ask(shopify, shop, LIST, { first: 250 })).json.data).toBeDefined();
  });

  test('a query for more than a thousand is refused, however full the bucket is', async () => {
    const { shopify, shop } = await startWithShop({ pageSizing: (count) => count });
    const query = '{ orders(first: 250) { nodes { lineItems(first: 9) { nodes { id } } } } }';
    expect(codesOf((await ask(shopify, shop, query)).json)).toEqual(['MAX_COST_EXCEEDED']);
  });
});
