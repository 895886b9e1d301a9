import type { mongo, Model } from 'mongoose';
import { bytesOf, compress, decompress } from '../system/payload.ts';
import type { Collections } from './collections.ts';

/** What a body becomes, of the order with that key; null: it stays. */
export type Rewrite = (body: Buffer, order: string) => Buffer | null;

/**
 * Bodies are kept in these; each has an index that begins with `order`. The spool is none of them: what is in it
 * waits, and comes to a drain.
 */
export type BodiesIn = 'events' | 'parked';

/** Some orders by key, or a range of keys: a shop's are one. */
export type OrderKeys = { $in: string[] } | { $gte: string; $lt: string };

/** All of a shop's orders, `<shop>/-` among them. `0` follows `/`. */
export function keysOfShop(shop: string): OrderKeys {
  return { $gte: `${shop}/`, $lt: `${shop}0` };
}

/** What is left of them from one order on. */
export function keysFrom(keys: OrderKeys, from: string | null): OrderKeys {
  if (from === null) return keys;
  return '$in' in keys ? { $in: keys.$in.filter((key) => key >= from) } : { ...keys, $gte: from };
}

/** Documents written at a time. */
const BATCH = 100;

/** What is kept of a body. */
interface Kept {
  _id: string;
  order: string;
  payload: Buffer;
}

/**
 * Rewrites bodies where they are kept, by order. Bodies that are what they would become stay: a second time it
 * finds nothing.
 * @param isOver asked between orders: whether to stop for now
 * @returns how many were rewritten, and the order to go on with; null: that was all
 */
export async function rewriteBodies(
  collections: Collections,
  name: BodiesIn,
  orders: OrderKeys,
  rewrite: Rewrite,
  isOver: () => boolean,
): Promise<{ rewritten: number; goOnAt: string | null }> {
  const model = collections[name] as unknown as Model<Kept>;
  const kept = model
    .find({ order: orders }, { order: 1, payload: 1 })
    .sort(name === 'events' ? { order: 1, sequence: 1 } : { order: 1 })
    .lean<Kept[]>()
    .cursor({ batchSize: BATCH });
  let last: string | null = null;
  let rewritten = 0;
  let changes: Kept[] = [];
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
    const body = bodyOf(payload);
    const next = rewrite(body, order);
    if (next && !next.equals(body)) changes.push({ _id, order, payload: compress(next) });
    if (changes.length >= BATCH) await write();
  }
  await write();
  return { rewritten, goOnAt: null };
}

/** A parked event's body is in the journal, too, whatever order that tells. */
async function writePayloads(collections: Collections, name: BodiesIn, changes: Kept[]): Promise<void> {
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

/** What is no payload any more is looked at as it is. */
function bodyOf(payload: Buffer | { buffer: Uint8Array }): Buffer {
  const bytes = bytesOf(payload);
  try {
    return decompress(bytes);
  } catch {
    return Buffer.from(bytes);
  }
}
