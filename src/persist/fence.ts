import type { OrderKey } from '../order/identity.ts';
import type { Collections } from './collections.ts';

/** The result of a fence: the order's new version, which no drain has loaded; or the order does not exist yet. */
export type Fenced = { outcome: 'fenced'; version: number } | { outcome: 'no_order' };

/**
 * Invalidates the commits of all drains that have loaded an order: MongoDB refuses them by version (P4), and the drains
 * load and decide again. Nothing else in the order changes. Safe to repeat.
 *
 * A new order needs no fence: of two inserts, MongoDB refuses the second.
 */
export async function fence({ orders }: Collections, order: OrderKey): Promise<Fenced> {
  const found = await orders
    .findOneAndUpdate(
      { _id: String(order) },
      { $inc: { version: 1 } },
      { returnDocument: 'after', projection: { version: 1 } },
    )
    .lean<{ version: number }>();
  return found ? { outcome: 'fenced', version: found.version } : { outcome: 'no_order' };
}
