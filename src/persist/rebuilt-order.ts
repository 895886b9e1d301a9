import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import { changedFields, ownRecord } from '../order/committed.ts';
import { newOrder, type Order } from '../order/order.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { fromDocument, toDocument } from './order-document.ts';
import type { OrderDocument } from './order-fields.ts';
import { ensureLastCommit } from './outbox.ts';
import { countParked } from './parked-count.ts';

/**
 * Replaces a stored order with one rebuilt from its journal (P4). It succeeds only if the stored order still has the
 * version that was read. The new version is one that nobody has loaded, so a drain that loaded the order before is
 * refused, and loads again.
 * Like a drain, it stores the record of its commit with the order, for the change feed (outbox.ts).
 * @param stored null: there was no document
 * @returns the new version; null: the order has changed in the meantime, and nothing was written
 */
export async function storeRebuilt(
  { orders, outbox, parked }: Pick<Collections, 'orders' | 'outbox' | 'parked'>,
  key: OrderKey,
  order: Order,
  stored: OrderDocument | null,
  now: number,
): Promise<number | null> {
  const version = versionAfter(stored?.version, now);
  // Every update of the count raises the version, so an outdated count is never written.
  const parkedEvents = (await countParked(parked, [key])).get(key) ?? 0;
  const rebuilt = { ...order, version, parkedEvents };
  const before = stored && fromDocument(stored);
  const changed = changedFields(before ?? newOrder(key), rebuilt);
  const committed = ownRecord('lockstep/rebuilt', before, rebuilt, changed, now);
  const document = toDocument(key, { ...rebuilt, committed }, now) as unknown as mongo.Document;
  await ensureLastCommit({ outbox }, key, before?.committed, now);
  if (!(await put(orders, key, document, stored))) return null;
  await ensureLastCommit({ outbox }, key, committed, now);
  return version;
}

async function put(
  { collection }: Collections['orders'],
  key: OrderKey,
  document: mongo.Document,
  stored: OrderDocument | null,
): Promise<boolean> {
  if (stored) {
    const filter = { _id: key, version: stored.version } as object;
    return (await collection.replaceOne(filter, document)).matchedCount === 1;
  }
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** If the version is damaged, the clock is used: it is higher than any number of commits. */
function versionAfter(version: unknown, now: number): number {
  return Number.isSafeInteger(version) ? Number(version) + 1 : now;
}
