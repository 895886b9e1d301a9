import type { OrderKey } from '../order/identity.ts';
import type { Collections } from './collections.ts';

/** What became of a fence: a version that nobody has loaded; or there is no order yet to put it on. */
export type Fenced = { outcome: 'fenced'; version: number } | { outcome: 'no_order' };

/**
 * Makes the next commit of everybody who has loaded an order come too late: MongoDB refuses it by version
 * (P4), and it loads and decides again. Nothing else of the order changes. Put up twice it does no harm.
 *
 * An order that is not there yet needs none: of two that would insert it, MongoDB refuses the second.
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
