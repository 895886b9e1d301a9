import type { Random } from './random.ts';

/**
 * Bodies in the shape of Shopify's API 2026-07, with enough fields to be as large as real ones (4 to 15 kB).
 * All people and addresses are invented.
 */
export interface OrderFacts {
  id: number;
  number: number;
  shop: string;
  createdAt: Date;
  lines: { id: number; sku: string; title: string; quantity: number; price: number }[];
}

/** What changes during an order's life. */
export interface OrderNow {
  financialStatus: string;
  fulfillmentStatus: string | null;
  updatedAt: Date;
  closedAt: Date | null;
  cancelledAt: Date | null;
  fulfillments: object[];
  refunds: object[];
}

const CURRENCY = 'USD';
const SHIPPING = 10;

export function totalOf(order: OrderFacts): number {
  return order.lines.reduce((sum, line) => sum + line.price * line.quantity, SHIPPING);
}

/** Times in Shopify's format: whole seconds, with the shop's offset. */
export function shopTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, '+00:00');
}

function money(amount: number) {
  const each = { amount: amount.toFixed(2), currency_code: CURRENCY };
  return { shop_money: each, presentment_money: each };
}

/** No discount, tax, tip or duty, and all is paid. */
const NOTHING_ELSE = {
  total_discounts: '0.00',
  total_discounts_set: money(0),
  total_tax: '0.00',
  total_tax_set: money(0),
  total_tip_received: '0.00',
  total_outstanding: '0.00',
  original_total_duties_set: null,
};

const ADDRESS = {
  first_name: 'Ada',
  last_name: 'Example',
  name: 'Ada Example',
  address1: '1 Sample Street',
  address2: null,
  phone: '555-0100',
  city: 'Exampleton',
  zip: '40003',
  province: 'Kentucky',
  province_code: 'KY',
  country: 'United States',
  country_code: 'US',
  company: null,
  latitude: null,
  longitude: null,
};

export function orderBody(order: OrderFacts, now: OrderNow): object {
  const total = totalOf(order);
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    app_id: 580111,
    browser_ip: '203.0.113.9',
    cancel_reason: now.cancelledAt ? 'customer' : null,
    cancelled_at: now.cancelledAt ? shopTime(now.cancelledAt) : null,
    checkout_token: `checkout${order.id}`,
    closed_at: now.closedAt ? shopTime(now.closedAt) : null,
    confirmed: true,
    contact_email: 'ada@example.com',
    created_at: shopTime(order.createdAt),
    currency: CURRENCY,
    current_subtotal_price: (total - SHIPPING).toFixed(2),
    current_subtotal_price_set: money(total - SHIPPING),
    current_total_price: total.toFixed(2),
    current_total_price_set: money(total),
    current_total_tax_set: money(0),
    email: 'ada@example.com',
    financial_status: now.financialStatus,
    fulfillment_status: now.fulfillmentStatus,
    name: `#${order.number}`,
    note: null,
    note_attributes: [],
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `https://${order.shop}/1/orders/${order.id}/authenticate?key=sample`,
    payment_gateway_names: ['bogus'],
    po_number: null,
    presentment_currency: CURRENCY,
    processed_at: shopTime(order.createdAt),
    source_name: 'web',
    subtotal_price: (total - SHIPPING).toFixed(2),
    subtotal_price_set: money(total - SHIPPING),
    tags: '',
    tax_lines: [],
    taxes_included: false,
    test: false,
    ...NOTHING_ELSE,
    total_line_items_price_set: money(total - SHIPPING),
    total_price: total.toFixed(2),
    total_price_set: money(total),
    total_shipping_price_set: money(SHIPPING),
    updated_at: shopTime(now.updatedAt),
    billing_address: ADDRESS,
    shipping_address: ADDRESS,
    customer: { id: order.id - 1, email: 'ada@example.com', first_name: 'Ada', default_address: ADDRESS },
    discount_applications: [],
    discount_codes: [],
    fulfillments: now.fulfillments,
    line_items: order.lines.map(lineBody),
    refunds: now.refunds,
    shipping_lines: [
      { id: order.id + 7, title: 'Standard', price: SHIPPING.toFixed(2), price_set: money(SHIPPING) },
    ],
  };
}

function lineBody(line: OrderFacts['lines'][number]) {
  return {
    id: line.id,
    admin_graphql_api_id: `gid://shopify/LineItem/${line.id}`,
    current_quantity: line.quantity,
    fulfillable_quantity: line.quantity,
    fulfillment_service: 'manual',
    fulfillment_status: null,
    gift_card: false,
    grams: 100,
    name: line.title,
    price: line.price.toFixed(2),
    price_set: money(line.price),
    product_id: line.id - 1000,
    properties: [],
    quantity: line.quantity,
    requires_shipping: true,
    sku: line.sku,
    taxable: true,
    title: line.title,
    total_discount_set: money(0),
    variant_id: line.id - 2000,
    vendor: 'Example',
    tax_lines: [],
    discount_allocations: [],
  };
}

export function transactionBody(
  order: OrderFacts,
  fields: { id: number; kind: string; amount: number; parentId: number | null; at: Date },
): object {
  return {
    id: fields.id,
    order_id: order.id,
    kind: fields.kind,
    gateway: 'bogus',
    status: 'success',
    message: null,
    created_at: shopTime(fields.at),
    test: false,
    authorization: '1001',
    parent_id: fields.parentId,
    processed_at: shopTime(fields.at),
    source_name: 'web',
    payment_details: { credit_card_company: 'Visa', payment_method_name: 'visa' },
    receipt: {},
    amount: fields.amount.toFixed(2),
    currency: CURRENCY,
    admin_graphql_api_id: `gid://shopify/OrderTransaction/${fields.id}`,
  };
}

export function fulfillmentBody(
  order: OrderFacts,
  fields: {
    id: number;
    lines: OrderFacts['lines'];
    shipmentStatus: string | null;
    createdAt: Date;
    at: Date;
  },
): object {
  const tracking = `1Z${fields.id}`;
  return {
    id: fields.id,
    order_id: order.id,
    status: 'success',
    created_at: shopTime(fields.createdAt),
    updated_at: shopTime(fields.at),
    tracking_company: 'UPS',
    shipment_status: fields.shipmentStatus,
    destination: ADDRESS,
    line_items: fields.lines.map(lineBody),
    tracking_number: tracking,
    tracking_numbers: [tracking],
    tracking_url: `https://www.ups.com/track?tracknum=${tracking}`,
    tracking_urls: [`https://www.ups.com/track?tracknum=${tracking}`],
    name: `#${order.number}.${fields.id % 10}`,
    admin_graphql_api_id: `gid://shopify/Fulfillment/${fields.id}`,
  };
}

export function refundBody(
  order: OrderFacts,
  fields: { id: number; line: OrderFacts['lines'][number]; transaction: object; at: Date },
): object {
  return {
    id: fields.id,
    order_id: order.id,
    created_at: shopTime(fields.at),
    note: 'damaged',
    processed_at: shopTime(fields.at),
    restock: true,
    refund_line_items: [
      {
        id: fields.id + 1,
        line_item_id: fields.line.id,
        quantity: 1,
        restock_type: 'return',
        subtotal: fields.line.price,
        total_tax: 0,
        line_item: lineBody(fields.line),
      },
    ],
    transactions: [fields.transaction],
    refund_shipping_lines: [],
    order_adjustments: [],
    admin_graphql_api_id: `gid://shopify/Refund/${fields.id}`,
  };
}

/** The id of an invented order. */
export function idOfNumber(number: number): number {
  return 5_820_000_000_000 + number * 1000;
}

export function inventedOrder(
  random: Random,
  shop: string,
  number: number,
  createdAt: Date,
  lineCount = 2 + random.below(4),
): OrderFacts {
  const id = idOfNumber(number);
  const lines = Array.from({ length: lineCount }, (_, i) => ({
    id: id * 2 + i,
    sku: `SKU-${1 + random.below(500)}`,
    title: `Widget ${random.pick(['A', 'B', 'C', 'D', 'E'])}`,
    quantity: 1 + random.below(3),
    price: 5 + random.below(60),
  }));
  return { id, number, shop, createdAt, lines };
}
