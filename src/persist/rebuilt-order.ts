import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { Collections } from './collections.ts';
import { toDocument } from './order-document.ts';
import { countParked } from './parked-count.ts';

const DUPLICATE_KEY = 11_000;

/**
 * Puts an order that was made again of its journal in the place of the one that was read (P4): only if that still
 * has its version, and with one that nobody has loaded, so a drain that did comes too late and loads again.
 * @param stored null: there was no document
 * @returns the new version; null: the order had moved on, and nothing was changed
 */
export async function putRebuilt(
  { orders, parked }: Pick<Collections, 'orders' | 'parked'>,
  key: OrderKey,
  order: Order,
  stored: { version: unknown } | null,
  now: number,
): Promise<number | null> {
  const version = versionAfter(stored?.version, now);
  // Whoever counts them again raises the version, so a count that is out of date is never written.
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
    if (error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY) return null;
    throw error;
  }
}

/** Where the version is lost, the clock is beyond any count of commits. */
function versionAfter(version: unknown, now: number): number {
  return Number.isSafeInteger(version) ? Number(version) + 1 : now;
}
