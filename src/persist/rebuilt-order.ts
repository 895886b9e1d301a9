import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { toDocument } from './order-document.ts';
import { countParked } from './parked-count.ts';

/**
 * Replaces a stored order with one rebuilt from its journal (P4). It succeeds only if the stored order still has the
 * version that was read. The new version is one that nobody has loaded, so a drain that loaded the order before is
 * refused, and loads again.
 * @param stored null: there was no document
 * @returns the new version; null: the order has changed in the meantime, and nothing was written
 */
export async function putRebuilt(
  { orders, parked }: Pick<Collections, 'orders' | 'parked'>,
  key: OrderKey,
  order: Order,
  stored: { version: unknown } | null,
  now: number,
): Promise<number | null> {
  const version = versionAfter(stored?.version, now);
  // Every update of the count raises the version, so an outdated count is never written.
  const parkedEvents = (await countParked(parked, [key])).get(key) ?? 0;
  const document = toDocument(key, { ...order, version, parkedEvents }, now) as unknown as mongo.Document;
  if (stored) {
    const filter = { _id: key, version: stored.version } as object;
    const { matchedCount } = await orders.collection.replaceOne(filter, document);
    return matchedCount === 1 ? version : null;
  }
  try {
    await orders.collection.insertOne(document);
    return version;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** If the version is damaged, the clock is used: it is higher than any number of commits. */
function versionAfter(version: unknown, now: number): number {
  return Number.isSafeInteger(version) ? Number(version) + 1 : now;
}
