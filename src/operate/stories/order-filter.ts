import { equals } from '../../persist/equals.ts';
import type { OrderFilterQuery } from '../shapes/orders.ts';
import { shopsAsked, type ShopBounds } from '../shop-bounds.ts';

/** Which orders a list has. Values are checked by the API's shapes; undefined: any. */
export interface OrderFilter {
  shop?: string | readonly string[] | undefined;
  status?: string | undefined;
  financialStatus?: string | undefined;
  fulfillmentStatus?: string | undefined;
  name?: string | undefined;
  /** Shopify's id of the customer. */
  customer?: string | undefined;
  email?: string | undefined;
  sku?: string | undefined;
  tag?: string | undefined;
  test?: boolean | undefined;
  /** Only orders with parked events. */
  parked?: boolean | undefined;
  createdFrom?: Date | undefined;
  createdTo?: Date | undefined;
  /** By Shopify's time of the newest body. */
  updatedSince?: Date | undefined;
}

/** The filter that a request asks for. @param bounds the shops that the caller may see */
export function filterOf(query: OrderFilterQuery, bounds: ShopBounds): OrderFilter {
  const { shop, test, parked, ...rest } = query;
  return { ...rest, shop: shopsAsked(shop, bounds), parked: parked === '1', test: test && test === '1' };
}

export function conditionsOf(filter: OrderFilter): object {
  const { shop, status, financialStatus, name, customer, sku, tag, parked, email, test } = filter;
  return {
    ...equals({ shop, status, financialStatus, name, customers: customer, 'lines.sku': sku, tags: tag }),
    ...shipping(filter),
    ...between(filter),
    // Only bodies that are stored in full have an address. The index on it has only those.
    ...(email !== undefined && { 'body.email': { $eq: email }, 'bodySource.kept': 'full' }),
    ...(parked && { parkedEvents: { $gt: 0 } }),
    ...(test !== undefined && { test: test ? true : { $ne: true } }),
  };
}

/** Shopify has no word for an order with nothing shipped. */
const UNSHIPPED = 'unfulfilled';

function shipping({ fulfillmentStatus }: OrderFilter): object {
  if (fulfillmentStatus === UNSHIPPED) return { fulfillmentStatus: null };
  return equals({ fulfillmentStatus });
}

function between({ createdFrom, createdTo, updatedSince }: OrderFilter): object {
  const created = { ...(createdFrom && { $gte: createdFrom }), ...(createdTo && { $lt: createdTo }) };
  return {
    ...((createdFrom ?? createdTo) && { createdAt: created }),
    ...(updatedSince && { updatedAt: { $gte: updatedSince } }),
  };
}

/** An address is compared without regard to case: the index on it has the same collation. */
export function collationOf({ email }: OrderFilter): { collation?: { locale: string; strength: number } } {
  return email === undefined ? {} : { collation: { locale: 'en', strength: 2 } };
}
