import { afterEach, describe, expect, test } from '@jest/globals';
import type { FakeOrder } from '../../testkit/fake-shopify/fake-order.ts';
import { ask, startWithShop, stopAll } from './asking.ts';

const MONEY = '{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }';

afterEach(stopAll);

describe('the Admin API returns of an order', () => {
  const start = async () => {
    const both = await startWithShop();
    const [order] = (await both.shop.sell(1)) as [FakeOrder];
    const asked = async (fields: string) => {
      const query = `query($id: ID!) { order(id: $id) { ${fields} } }`;
      return (await ask(both.shopify, both.shop, query, { id: order.gid })).json;
    };
    return { ...both, order, asked };
  };

  test('money in both currencies, as in its REST body; a transaction is what the customer paid', async () => {
    const { order, asked } = await start();
    const set = {
      shop_money: { amount: '60.00', currency_code: 'USD' },
      presentment_money: { amount: '9000', currency_code: 'JPY' },
    };
    order.rewrite({ presentment_currency: 'JPY', total_price: '60.00', total_price_set: set });
    order.take({
      topic: 'order_transactions/create',
      shop: order.shop,
      webhookId: 'a',
      eventId: 'a',
      triggeredAt: order.updatedAt,
      body: Buffer.from(
        JSON.stringify({
          id: 7,
          admin_graphql_api_id: 'gid://shopify/OrderTransaction/7',
          kind: 'sale',
          amount: '1500',
          currency: 'JPY',
          parent_id: null,
        }),
      ),
    });
    const both = (shop: string, customer: string) => ({
      shopMoney: { amount: shop, currencyCode: 'USD' },
      presentmentMoney: { amount: customer, currencyCode: 'JPY' },
    });
    const { data } = await asked(`totalPriceSet ${MONEY} transactions(first: 9) { id amountSet ${MONEY} }`);
    expect(data).toMatchObject({
      order: {
        totalPriceSet: both('60.0', '9000.0'),
        transactions: expect.arrayContaining([
          { id: 'gid://shopify/OrderTransaction/7', amountSet: both('10.0', '1500.0') },
        ]) as unknown,
      },
    });
  });

  test('how many parts it has, its disputes, and its returns for apps that may read them', async () => {
    const { shop, order, asked } = await start();
    const dispute = {
      id: 9,
      type: 'chargeback',
      status: 'lost',
      amount: '1.00',
      currency: 'USD',
      reason: 'fraudulent',
    };
    const before = order.updatedAt;
    shop.happen(order, 'disputes/create', dispute);
    expect(order.updatedAt).toEqual(before);
    shop.happen(order, 'returns/request', { id: 8, name: '#R1', status: 'requested' });
    expect(
      (await asked('transactionsCount { count } fulfillmentsCount { count } disputes { id status }')).data,
    ).toEqual({
      order: {
        transactionsCount: { count: order.transactions().length },
        fulfillmentsCount: { count: (order.rest().fulfillments as object[]).length },
        disputes: [{ id: 'gid://shopify/ShopifyPaymentsDispute/9', status: 'LOST' }],
      },
    });
    const returns = 'returns(first: 3) { nodes { id name status } }';
    expect((await asked(returns)).errors).toMatchObject([{ extensions: { code: 'ACCESS_DENIED' } }]);
    shop.install(['read_orders', 'read_returns']);
    expect((await asked(returns)).data).toEqual({
      order: { returns: { nodes: [{ id: 'gid://shopify/Return/8', name: '#R1', status: 'REQUESTED' }] } },
    });
  });

  test('nothing after it was deleted, and which scopes the app has', async () => {
    const { shopify, shop, order, asked } = await start();
    shop.delete(order);
    expect(await asked('id')).toMatchObject({ data: { order: null } });
    const scopes = await ask(shopify, shop, '{ currentAppInstallation { accessScopes { handle } } }');
    expect(scopes.json.data).toEqual({
      currentAppInstallation: { accessScopes: [{ handle: 'read_orders' }, { handle: 'read_fulfillments' }] },
    });
  });
});
