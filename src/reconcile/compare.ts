import { orderKey, type OrderId, type OrderKey, type ShopDomain } from '../order/identity.ts';
import type { ListedOrder } from './read-answers.ts';

/** What we hold of an order; no row: nothing. */
export interface Held {
  /** When its newest snapshot was, ms since 1970; null where only parts of it came. */
  at: number | null;
  deleted: boolean;
}

/** An order of which Shopify tells more than we hold. */
export interface Drifted {
  order: OrderKey;
  orderId: string;
  /** No whole order of it ever came, or a newer one did not. */
  what: 'missing' | 'stale';
  updatedAt: number;
  heldAt: number | null;
}

/**
 * What Shopify lists against what we hold. The same second counts as the same: bodies resolve no more. What we
 * know to be deleted is not brought back, whatever a list still has.
 */
export function compare(
  shop: ShopDomain,
  listed: readonly ListedOrder[],
  held: ReadonlyMap<string, Held>,
): Drifted[] {
  return listed.flatMap(({ id, updatedAt }) => {
    const order = orderKey(shop, id as OrderId);
    const ours = held.get(order);
    if (ours?.deleted || (ours?.at ?? -1) >= updatedAt) return [];
    const heldAt = ours?.at ?? null;
    return [{ order, orderId: id, what: heldAt === null ? 'missing' : 'stale', updatedAt, heldAt }];
  });
}
