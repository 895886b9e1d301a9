import { asOrderId, asShopDomain, orderKey } from '../order/identity.ts';
import { isAbout, NOTHING_LEFT, withoutPersons, type Whose } from '../order/persons.ts';
import type { Collections } from '../persist/collections.ts';
import type { ComplianceDocument } from '../persist/compliance-schema.ts';
import type { BodiesIn, OrderKeys, Rewrite } from '../persist/redaction.ts';

/** What a request covers: which orders, in which collections, and what happens to their bodies. */
export interface Reach {
  orders: OrderKeys;
  /** Collections in which more orders than those are searched. */
  wider: Partial<Record<BodiesIn, OrderKeys>>;
  rewrite: Rewrite;
  /** Whether to remove the customers' ids from the orders, too. */
  forget: boolean;
}

/** A whole shop: bodies are removed. Orders keep what bookkeeping needs, without personal data. */
export function reachOfShop(keysOfShop: OrderKeys): Reach {
  return { orders: keysOfShop, wider: {}, rewrite: () => NOTHING_LEFT, forget: true };
}

/**
 * A customer: the orders that Shopify named, the orders whose snapshots named the customer, `<shop>/-`, and
 * all parked events of the shop, which may have no order yet.
 */
export function reachOfCustomer(
  { customer, shop }: ComplianceDocument,
  { named, theirs }: CustomersOrders,
  keysOfShop: OrderKeys,
): Reach {
  const id = customer ?? '';
  const whose = (order: string): Whose['order'] => {
    if (named.has(order)) return 'named';
    return theirs.has(order) ? 'theirs' : 'other';
  };
  return {
    orders: { $in: [...named, ...theirs, `${shop}/-`] },
    wider: { parked: keysOfShop },
    rewrite: (body, order) =>
      isAbout(body, { customer: id, order: whose(order) }) ? withoutPersons(body) : null,
    forget: false,
  };
}

export interface CustomersOrders {
  named: Set<string>;
  theirs: Set<string>;
}

/** Keys of the orders that Shopify named, and of the orders known as the customer's. */
export async function ordersOf(
  { orders }: Pick<Collections, 'orders'>,
  { shop, customer, orders: ids }: ComplianceDocument,
): Promise<CustomersOrders> {
  const domain = asShopDomain(shop);
  if (!domain) return { named: new Set(), theirs: new Set() };
  const keys = ids.flatMap((id) => asOrderId(id) ?? []).map((id) => String(orderKey(domain, id)));
  const found = await orders
    .find({ customers: { $in: [String(customer)] }, shop: domain }, { _id: 1 })
    .lean<{ _id: string }[]>();
  return { named: new Set(keys), theirs: new Set(found.map(({ _id }) => _id)) };
}
