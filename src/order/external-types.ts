import { SHOP_TOPICS } from './shop-topics.ts';
import { TOPICS, type Topic } from './topics.ts';

/** The type of an event from another system: `<source>/<name>`, such as `wms/picked`. */
export type ExternalType = `${string}/${string}`;
/** What an event of an order is: a topic of Shopify's or of another system's. */
export type EventTopic = Topic | ExternalType;

/** No dots: MongoDB would take one for a path. */
const TYPE = /^([a-z][a-z0-9_-]{0,39})\/([a-z][a-z0-9_-]{0,59})$/;

/** The first parts of Shopify's other topics (API 2026-10): one that is handled later must not meet an external type. */
const OTHERS_OF_SHOPIFY =
  'app_purchases_one_time app_subscriptions attributed_sessions audit_events bulk_operations carts channels checkouts ' +
  'collection_listings collection_publications collections companies company_contact_roles company_contacts ' +
  'company_locations currency_rate customer customer_account_settings customer_groups customer_joined_segment ' +
  'customer_left_segment customer_payment_methods customer_tags customers customers_email_marketing_consent ' +
  'customers_marketing_consent delivery_promise_settings discounts domains draft_orders finance_app_staff_member ' +
  'finance_kyc_information fulfillment_holds fulfillment_orders inventory_items inventory_levels inventory_shipments ' +
  'inventory_transfers locales locations markets metafield_definitions metaobjects order order_transactions ' +
  'payment_schedules payment_terms product_feeds product_listings product_publications products profiles ' +
  'reverse_deliveries reverse_fulfillment_orders scheduled_product_listings segments selling_plan_groups ' +
  'shipping_addresses subscription_billing_attempts subscription_billing_cycle_edits subscription_billing_cycles ' +
  'subscription_contracts taxes tax_partners tax_services tax_summaries themes users variants';
const RESERVED: ReadonlySet<string> = new Set([
  'lockstep',
  'shopify',
  ...[...Object.keys(TOPICS), ...Object.keys(SHOP_TOPICS)].map(sourceOf),
  ...OTHERS_OF_SHOPIFY.split(' '),
]);

/** Whether a text can be an external type. Only admins register types; whether this one is registered is not checked. */
export function isExternalType(text: string): text is ExternalType {
  const [, source] = TYPE.exec(text) ?? [];
  return source !== undefined && !RESERVED.has(source);
}

/** The system that a type belongs to: `wms` of `wms/picked`. */
export function sourceOf(type: string): string {
  return type.slice(0, type.indexOf('/'));
}
