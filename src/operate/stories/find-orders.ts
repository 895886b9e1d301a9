import { asOrderId, asShopOrNone, orderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { readKey } from '../cursors.ts';

/** An order that was found by its key, id or name. */
export interface NamedOrder {
  key: string;
  name: string | null;
  /** Null if no event of it was applied yet, or only its key is known. */
  status: string | null;
}

/**
 * Finds orders by `<shop>/<order id>`, by id, or by name (#1001, or 1001). A name is unique only within its
 * shop: without a shop there may be several.
 */
export type FindOrders = (text: string, shop?: string) => Promise<NamedOrder[]>;

const MOST = 100;

export function findOrders({ orders }: Pick<Collections, 'orders'>): FindOrders {
  return async (text, shop) => {
    const given = text.trim();
    const key = readKey(given) ?? keyIn(shop, given);
    const [byKey, byId, byName] = await Promise.all([
      key ? read({ _id: { $eq: String(key) } }) : [],
      asOrderId(given) && !key ? read({ orderId: { $eq: given }, ...within(shop) }) : [],
      read({ name: { $in: namesOf(given) }, ...within(shop) }),
    ]);
    // Even if nothing of it was applied yet: its events may be parked.
    const named = key && byKey.length === 0 ? [{ key, name: null, status: null }] : [];
    const all = [...byKey, ...byId, ...byName].map(({ _id, name, status }) => ({ key: _id, name, status }));
    return [...new Map([...named, ...all].map((each) => [each.key as string, each])).values()];
  };

  async function read(conditions: object) {
    return await orders
      .find(conditions, { name: 1, status: 1 })
      .limit(MOST)
      .lean<Pick<OrderDocument, '_id' | 'name' | 'status'>[]>();
  }
}

function keyIn(shop: string | undefined, text: string) {
  const [domain, orderId] = [asShopOrNone(shop ?? ''), asOrderId(text)];
  return domain && orderId ? orderKey(domain, orderId) : null;
}

/** `1001` is also `#1001`. */
export function namesOf(text: string): string[] {
  return text.startsWith('#') ? [text] : [text, `#${text}`];
}

/** A shop's keys are the range from `<shop>/` to `<shop>0`. */
function within(shop: string | undefined): object {
  return shop === undefined ? {} : { _id: { $gte: `${shop}/`, $lt: `${shop}0` } };
}
