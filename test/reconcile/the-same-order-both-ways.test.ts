import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FakeOrder, Json } from '../../testkit/fake-shopify/fake-order.ts';
import { orderBytes } from '../../src/reconcile/order-body.ts';
import { accessOf } from '../../src/reconcile/queries.ts';
import { createThrottledApi } from '../../src/reconcile/throttled-api.ts';
import { readWholes } from '../../src/reconcile/whole-orders.ts';
import { keyOf } from '../support/waiting-event.ts';
import { Reconciling, SHOP } from './reconciling.ts';

const SCOPES = ['read_orders', 'read_returns', 'read_customers', 'read_products'];
const GOING = new AbortController().signal;

const set = (shop: string, buyer: string) => ({
  shop_money: { amount: shop, currency_code: 'USD' },
  presentment_money: { amount: buyer, currency_code: 'CAD' },
});
const both = (name: string, shop: string, buyer: string) => ({
  [name]: shop,
  [`${name}_set`]: set(shop, buyer),
});

/** What an order has that costs more than its goods. */
const RICH: Json = {
  presentment_currency: 'CAD',
  tags: 'gift, vip',
  discount_codes: [{ code: 'TENOFF', amount: '5.00', type: 'percentage' }],
  source_name: 'pos',
  po_number: 'PO-7',
  payment_gateway_names: ['bogus', 'gift_card'],
  ...both('total_price', '120.00', '165.00'),
  ...both('current_total_price', '110.00', '151.25'),
  ...both('subtotal_price', '95.00', '130.63'),
  ...both('total_discounts', '5.00', '6.88'),
  ...both('total_tax', '12.35', '16.98'),
  total_shipping_price_set: set('10.00', '13.75'),
  original_total_duties_set: set('2.65', '3.64'),
  total_tip_received: '3.00',
  total_outstanding: '1.50',
};

describe('an order that a webhook reports and a reconciled one', () => {
  let store: Reconciling;
  beforeAll(async () => {
    store = await Reconciling.start();
  });
  afterEach(() => {
    store.shop.switch({ drop: 0 });
    store.shop.hidesAddresses = false;
  });
  afterAll(() => store.stop());

  const soldRich = async () => {
    const [order] = (await store.shop.sell(1, { ending: 'refunded_in_part' })) as [FakeOrder];
    const lines = (order.rest().line_items as Json[]).map((line) => ({
      ...line,
      tax_lines: [
        { title: 'GST', rate: 0.05, channel_liable: false, ...both('price', '1.10', '1.51') },
        { title: 'PST', rate: 0.08, channel_liable: false, ...both('price', '1.75', '2.41') },
      ],
      discount_allocations: [{ ...both('amount', '2.50', '3.44'), discount_application_index: 0 }],
    }));
    store.shop.change(order, { ...RICH, line_items: lines });
    return order;
  };

  const access = async (scopes: string[]) => {
    store.shop.install(scopes);
    await store.inside.collections.shops.updateOne({ _id: SHOP }, { scopes });
    return accessOf(scopes);
  };

  const reconciledBody = async (order: FakeOrder, scopes: string[]) => {
    const patience = { firstMs: 5, longestMs: 20, tries: 3 };
    const asker = createThrottledApi(
      SHOP,
      { api: store.tools.api, patience, onThrottled: () => undefined },
      GOING,
    );
    const { orders } = await readWholes(asker, await access(scopes), [order.id]);
    const [whole] = orders;
    if (!whole) throw new Error('not found');
    return JSON.parse(orderBytes(whole.order, whole.disputes).toString()) as Json;
  };

  test('agree in all fields that both have', async () => {
    const order = await soldRich();
    const body = await reconciledBody(order, SCOPES);
    const compared = differences('', body, order.rest());
    expect(compared.different).toEqual([]);
    // Otherwise the comparison proves nothing.
    expect(compared.same).toEqual(
      expect.arrayContaining([
        '.order_number',
        '.tags',
        '.discount_codes.0.code',
        '.total_shipping_price_set.presentment_money.amount',
        '.total_tip_received',
        '.total_outstanding',
        '.customer.id',
        '.shipping_address.country_code',
        '.shipping_address.province_code',
        '.line_items.0.product_id',
        '.line_items.0.tax_lines.1.price',
        '.line_items.0.discount_allocations.0.amount_set.shop_money.amount',
        '.refunds.0.refund_line_items.0.total_tax',
      ]),
    );
    expect(Object.keys(body.customer as Json)).toEqual(['id']);
    expect(Object.keys(body.shipping_address as Json)).toEqual(['country_code', 'province_code']);
  });

  test('give the same typed facts', async () => {
    const facts = async (order: FakeOrder) => {
      const held = (await store.inside.collections.orders
        .findById(keyOf(order.id))
        .lean()) as unknown as Json;
      const { tags, customerId, shippingCountry, shippingRegion, totalTax, totalTips, totalDuties } = held;
      const lines = (held.lines as Json[]).map(({ productId, vendor, totalTax: tax, totalDiscount }) => ({
        productId,
        vendor,
        tax,
        totalDiscount,
      }));
      return { tags, customerId, shippingCountry, shippingRegion, totalTax, totalTips, totalDuties, lines };
    };
    const order = await soldRich();
    await store.settle();
    const told = await facts(order);
    await store.inside.collections.orders.deleteOne({ _id: keyOf(order.id) });
    await access(SCOPES);
    expect(await store.pass()).toMatchObject({ missing: 1 });
    await store.drain();
    expect(await facts(order)).toEqual(told);
    expect(told).toMatchObject({ tags: ['gift', 'vip'], shippingCountry: 'US', shippingRegion: 'KY' });
  });

  test('without access to addresses and customers, everything else is there', async () => {
    store.shop.hidesAddresses = true;
    const order = await soldRich();
    const body = await reconciledBody(order, ['read_orders']);
    expect(differences('', body, order.rest()).different).toEqual([]);
    expect(body).toMatchObject({ tags: 'gift, vip', total_tax: '12.35' });
    expect(body).not.toHaveProperty('shipping_address');
    expect(body).not.toHaveProperty('customer');
    expect((body.line_items as Json[])[0]).not.toHaveProperty('product_id');
  });
});

/** Paths of values that both bodies have. Ids are text in one of them, and times have another format. */
function differences(path: string, mine: unknown, theirs: unknown): { same: string[]; different: string[] } {
  if (isObject(mine) && isObject(theirs)) {
    const names = Object.keys(mine).filter((name) => name in theirs);
    const inside = names.map((name) => differences(`${path}.${name}`, mine[name], theirs[name]));
    const isLonger = Array.isArray(mine) && Array.isArray(theirs) && mine.length !== theirs.length;
    return {
      same: inside.flatMap(({ same }) => same),
      different: [...(isLonger ? [`${path}: length`] : []), ...inside.flatMap(({ different }) => different)],
    };
  }
  const isSame = plain(path, mine) === plain(path, theirs);
  return {
    same: isSame ? [path] : [],
    different: isSame ? [] : [`${path}: ${String(mine)}, ${String(theirs)}`],
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function plain(path: string, value: unknown): unknown {
  if (/(\.|_)id$/.test(path)) return value === null ? null : String(value as number);
  return path.endsWith('_at') && typeof value === 'string' ? Date.parse(value) : value;
}
