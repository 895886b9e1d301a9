import type { Page } from 'playwright-core';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { ServedDashboard } from '../operate/served-dashboard.ts';
import { lifeEvents } from '../support/in-process.ts';
import { shoot } from '../support/barriers.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

/** Orders for the pages to show. */

async function apply(dashboard: ServedDashboard, events: readonly WaitingEvent[]): Promise<OrderKey> {
  for (const event of events) await dashboard.depositor.deposit(event, null);
  const { order } = events[0]!;
  await drainOrder(order, dashboard.drains);
  return order;
}

/** Applies the 13 events of an order's whole life. */
export async function livedHere(dashboard: ServedDashboard, number: number): Promise<OrderKey> {
  return await apply(dashboard, lifeEvents(number));
}

export const RICH_ORDER = { id: 5_900_000_000_001, customer: 5_900_000_000_777 };

const amounts = (shop: string, buyer: string) => ({
  shop_money: { amount: shop, currency_code: 'USD' },
  presentment_money: { amount: buyer, currency_code: 'EUR' },
});

/** A body with everything that the page can show about an order. */
function richBody() {
  const [create] = lifeEvents(2);
  return {
    ...(JSON.parse(create!.body.toString()) as object),
    id: RICH_ORDER.id,
    admin_graphql_api_id: `gid://shopify/Order/${RICH_ORDER.id}`,
    name: '#2001',
    order_number: 2001,
    customer: { id: RICH_ORDER.customer, email: 'ada@example.com' },
    financial_status: 'paid',
    test: true,
    tags: 'vip, wholesale',
    discount_codes: [{ code: 'SPRING', amount: '20.00', type: 'fixed_amount' }],
    po_number: 'PO-4711',
    presentment_currency: 'EUR',
    subtotal_price: '1180.00',
    subtotal_price_set: amounts('1180.00', '1062.00'),
    total_discounts: '20.00',
    total_discounts_set: amounts('20.00', '18.00'),
    total_shipping_price_set: amounts('10.00', '9.00'),
    total_tax: '94.40',
    total_tax_set: amounts('94.40', '84.96'),
    total_tip_received: '4.60',
    total_price: '1289.00',
    total_price_set: amounts('1289.00', '1160.10'),
    current_total_price: '1139.00',
    current_total_price_set: amounts('1139.00', '1025.10'),
    total_outstanding: '0.00',
    line_items: [
      {
        id: 1,
        sku: 'ANV-1',
        title: 'Anvil',
        vendor: 'ACME',
        quantity: 2,
        current_quantity: 1,
        fulfillable_quantity: 1,
        price: '600.00',
        total_discount: '20.00',
        tax_lines: [{ price: '94.40' }],
        requires_shipping: true,
      },
    ],
  };
}

export async function richOrder(dashboard: ServedDashboard): Promise<OrderKey> {
  const order = keyOf(String(RICH_ORDER.id));
  return await apply(dashboard, [waitingEvent('orders/create', richBody(), { order })]);
}

/** To look at, if SHOTS names a folder. */
export async function takeShots(page: Page, name: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await shoot(page, `${name}-${colorScheme}-${width}`);
  }
}
