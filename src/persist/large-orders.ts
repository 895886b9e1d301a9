import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';

/** A line or a part takes 300 bytes and 5 µs of BSON: their number costs time, not long texts. */
const LARGE_ITEMS = 500;

/** Bodies of orders with 100 lines are this large. A batch of 100 such orders is 15 MB. */
const LARGE_BODY_BYTES = 150_000;

/** Never throws: a document may have been damaged. */
export function isLarge({ lines, parts, whole }: Order): boolean {
  if ((whole?.bytes ?? 0) > LARGE_BODY_BYTES) return true;
  const lists = [lines, ...Object.values(parts)];
  return lists.reduce((sum, each) => sum + (Array.isArray(each) ? each.length : 0), 0) > LARGE_ITEMS;
}

/** The large orders among those loaded recently. */
export class LargeOnes {
  static readonly #KEPT = 1000;
  readonly #keys = new Set<OrderKey>();

  has(key: OrderKey): boolean {
    return this.#keys.has(key);
  }

  seen(key: OrderKey, order: Order | null): Order | null {
    if (!order || !isLarge(order)) this.#keys.delete(key);
    else {
      if (this.#keys.size >= LargeOnes.#KEPT) this.#keys.clear();
      this.#keys.add(key);
    }
    return order;
  }
}
