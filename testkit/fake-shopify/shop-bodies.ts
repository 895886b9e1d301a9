import { shopTime } from '../deliveries/bodies.ts';

/** Bodies of the topics about a shop, in the shape of Shopify's samples. All people are invented. */
export interface ShopFacts {
  id: number;
  name: string;
  title: string;
}

export function uninstalledBody({ id, title }: ShopFacts): object {
  return {
    id,
    name: title,
    email: 'owner@example.com',
    domain: null,
    province: 'Tennessee',
    country: 'US',
    address1: '1 Sample Street',
    zip: '37178',
    city: 'Exampleton',
    phone: '555-0101',
    created_at: null,
    updated_at: null,
    country_code: 'US',
    country_name: 'United States',
    currency: 'USD',
    customer_email: 'owner@example.com',
    timezone: '(GMT+00:00) UTC',
    iana_timezone: null,
    shop_owner: 'Grace Example',
    plan_display_name: 'Basic',
    plan_name: 'basic',
    // Shopify's own sample has null here: the header names the shop.
    myshopify_domain: null,
    has_storefront: true,
    multi_location_enabled: true,
  };
}

export function scopesUpdateBody(shop: ShopFacts, previous: string[], current: string[], at: Date): object {
  return { id: 1, shop_id: `gid://shopify/Shop/${shop.id}`, previous, current, updated_at: at.toISOString() };
}

export interface CustomerFacts {
  id: number;
  orders: readonly number[];
}

export function redactBody({ id, name }: ShopFacts): object {
  return { shop_id: id, shop_domain: name };
}

export function customerRedactBody(shop: ShopFacts, customer: CustomerFacts): object {
  return { ...redactBody(shop), customer: personOf(customer), orders_to_redact: customer.orders };
}

/** @param requestId the id of the request itself */
export function dataRequestBody(shop: ShopFacts, customer: CustomerFacts, requestId: number): object {
  return {
    ...redactBody(shop),
    customer: personOf(customer),
    orders_requested: customer.orders,
    data_request: { id: requestId },
  };
}

function personOf({ id }: CustomerFacts) {
  return { id, email: 'ada@example.com', phone: '555-0100' };
}

/** The order's body after a manual change. */
export function changedBody(rest: Record<string, unknown>, fields: object, at: Date): object {
  return { ...rest, ...fields, updated_at: shopTime(at) };
}
