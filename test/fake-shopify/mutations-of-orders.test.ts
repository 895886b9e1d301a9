import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import type { Receive } from '../../testkit/fake-shopify/postman.ts';
import { ask, startWithShop, stopAll } from './asking.ts';

const HELD = `query Held($id: ID!) {
  order(id: $id) { updatedAt tags fulfillmentOrders(first: 5) { nodes { id status fulfillmentHolds { id reason } } } }
}`;
const HOLD = `mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id reason } fulfillmentOrder { id status } userErrors { field message code }
  }
}`;
const RELEASE = `mutation Release($id: ID!) {
  fulfillmentOrderReleaseHold(id: $id) { fulfillmentOrder { status } userErrors { message } }
}`;
const TAG = `mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { message } } }`;
const hold = { reason: 'INVENTORY_OUT_OF_STOCK' };

let told: { topic: unknown; body: Buffer }[];
let world: Awaited<ReturnType<typeof startWithShop>>;
let order: FakeOrder;

interface Held {
  updatedAt: string;
  tags: string[];
  fulfillmentOrders: { nodes: { id: string; status: string; fulfillmentHolds: { reason: string }[] }[] };
}
const held = async () => {
  const { json } = await ask(world.shopify, world.shop, HELD, { id: order.gid });
  return (json.data as { order: Held }).order;
};
const write = async (document: string, variables: object) =>
  (await ask(world.shopify, world.shop, document, variables)).json;

describe('mutations of orders', () => {
  beforeEach(async () => {
    told = [];
    const receive: Receive = (headers, body) => {
      told.push({ topic: Object.entries(headers).find(([name]) => /topic/i.test(name))?.[1], body });
      return Promise.resolve(200);
    };
    world = await startWithShop({ receive });
    world.shop.install(['write_orders', 'write_merchant_managed_fulfillment_orders']);
    order = (await world.shop.sell(1, { ending: 'cancelled' }))[0] as FakeOrder;
    await world.shopify.settled();
    told = [];
  });
  afterEach(stopAll);

  test('a hold is seen by queries, comes back as one orders/updated, and is released', async () => {
    const [fulfilment] = (await held()).fulfillmentOrders.nodes;
    expect(fulfilment).toMatchObject({ status: 'OPEN', fulfillmentHolds: [] });
    expect(fulfilment?.id).not.toContain(order.id);
    const id = fulfilment?.id;
    await expect(write(HOLD, { id, hold })).resolves.toMatchObject({
      data: { fulfillmentOrderHold: { fulfillmentOrder: { id, status: 'ON_HOLD' }, userErrors: [] } },
    });
    const { updatedAt, fulfillmentOrders } = await held();
    expect(fulfillmentOrders.nodes).toMatchObject([{ status: 'ON_HOLD', fulfillmentHolds: [hold] }]);
    await world.shopify.settled();
    expect(told.map(({ topic }) => topic)).toEqual(['orders/updated']);
    const body = JSON.parse(told[0]!.body.toString()) as { updated_at: string };
    expect(Date.parse(body.updated_at)).toBe(Date.parse(updatedAt));
    await write(RELEASE, { id });
    expect((await held()).fulfillmentOrders.nodes).toMatchObject([{ status: 'OPEN', fulfillmentHolds: [] }]);
  });

  test('a second hold with the same handle is refused, and changes nothing', async () => {
    const id = (await held()).fulfillmentOrders.nodes[0]?.id;
    await write(HOLD, { id, hold });
    const again = await write(HOLD, { id, hold });
    expect(again).toMatchObject({
      data: { fulfillmentOrderHold: { userErrors: [{ code: 'DUPLICATE_FULFILLMENT_HOLD_HANDLE' }] } },
    });
    await world.shopify.settled();
    expect(told).toHaveLength(1);
  });

  test('a tag that is there already sends nothing', async () => {
    await write(TAG, { id: order.gid, tags: ['seen'] });
    await write(TAG, { id: order.gid, tags: ['seen'] });
    await world.shopify.settled();
    expect(told).toHaveLength(1);
    expect((await held()).tags).toContain('seen');
  });

  test('without its scope, a mutation is refused', async () => {
    world.shop.install(['read_orders']);
    await expect(write(TAG, { id: order.gid, tags: ['seen'] })).resolves.toMatchObject({
      errors: [{ extensions: { code: 'ACCESS_DENIED' } }],
    });
  });
});
