import type { mongo, Model } from 'mongoose';
import { bodyOr, bytesOf, compress } from '../system/payload.ts';
import type { Collections } from './collections.ts';

/** Returns what a body of an order becomes; null: it stays. */
export type Rewrite = (body: Buffer, order: string) => Buffer | null;

/**
 * The collections that keep bodies; each has an index that begins with `order`. Not the spool: its events are still
 * waiting for a drain.
 */
export type BodiesIn = 'events' | 'parked';

/** Orders by key, or as a range of keys, such as those of a shop. */
export type OrderKeys = { $in: string[] } | { $gte: string; $lt: string };

/** All orders of a shop, including `<shop>/-`. `0` follows `/` in ASCII. */
export function keysOfShop(shop: string): OrderKeys {
  return { $gte: `${shop}/`, $lt: `${shop}0` };
}

/** The keys from `from` onwards. */
export function keysFrom(keys: OrderKeys, from: string | null): OrderKeys {
  if (from === null) return keys;
  return '$in' in keys ? { $in: keys.$in.filter((key) => key >= from) } : { ...keys, $gte: from };
}

/** Documents written at a time. */
const BATCH = 100;

/** A stored body. */
interface StoredBody {
  _id: string;
  order: string;
  payload: Buffer;
}

/**
 * Rewrites stored bodies in place, by order. It skips bodies that would not change, so a second run finds nothing.
 * @param isOver checked between orders: whether to stop for now
 * @returns how many were rewritten, and the order to continue with; null: all are done
 */
export async function rewriteBodies(
  collections: Collections,
  name: BodiesIn,
  orders: OrderKeys,
  rewrite: Rewrite,
  isOver: () => boolean,
): Promise<{ rewritten: number; goOnAt: string | null }> {
  const model = collections[name] as unknown as Model<StoredBody>;
  const kept = model
    .find({ order: orders }, { order: 1, payload: 1 })
    .sort(name === 'events' ? { order: 1, sequence: 1 } : { order: 1 })
    .lean<StoredBody[]>()
    .cursor({ batchSize: BATCH });
  let last: string | null = null;
  let rewritten = 0;
  let changes: StoredBody[] = [];
  const write = async () => {
    await writePayloads(collections, name, changes);
    rewritten += changes.length;
    changes = [];
  };
  for await (const { _id, order, payload } of kept) {
    if (last !== null && order !== last && isOver()) {
      await write();
      return { rewritten, goOnAt: order };
    }
    last = order;
    const body = bodyOr(bytesOf(payload));
    const next = rewrite(body, order);
    if (next && !next.equals(body)) changes.push({ _id, order, payload: compress(next) });
    if (changes.length >= BATCH) await write();
  }
  await write();
  return { rewritten, goOnAt: null };
}

/** A parked event's body is in the journal, too, even if that has it under another order. */
async function writePayloads(collections: Collections, name: BodiesIn, changes: StoredBody[]): Promise<void> {
  if (changes.length === 0) return;
  const redactedAt = new Date();
  const places = name === 'parked' ? (['parked', 'events'] as const) : [name];
  for (const place of places)
    await collections[place].collection.bulkWrite(
      changes.map(({ _id, payload }): mongo.AnyBulkWriteOperation => ({
        updateOne: { filter: { _id: _id as never }, update: { $set: { payload, redactedAt } } },
      })) as never,
    );
}
