import type { Collections } from './collections.ts';
import type { ShopDocument } from './shop-schema.ts';

type Shops = Pick<Collections, 'shops'>;

/** Stores which orders the next pass asks Shopify for again, and where it continues. */
export async function keepTurn(
  { shops }: Shops,
  shop: string,
  kept: Pick<ShopDocument, 'askedTo' | 'gone'>,
): Promise<void> {
  await shops.updateOne({ _id: shop }, { $set: kept });
}

/** Counts orders that a pass repaired. */
export async function addPutRight({ shops }: Shops, shop: string, orders: number): Promise<void> {
  await shops.updateOne({ _id: shop }, { $inc: { putRight: orders } });
}

/**
 * Stores that all orders updated before `until` were compared. A window that starts after `reconciledTo` would
 * leave a gap: the schedule still has to close it.
 * @param since where the window starts; null: it has all orders
 */
export async function reached(
  { shops }: Shops,
  shop: string,
  since: Date | null,
  until: Date,
): Promise<void> {
  const without = since ? { reconciledTo: { $gte: since, $lt: until } } : {};
  await shops.updateOne({ _id: shop, ...without }, { $max: { reconciledTo: until } });
}
