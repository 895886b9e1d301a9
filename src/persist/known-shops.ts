import type { mongo } from 'mongoose';
import type { ShopDomain } from '../order/identity.ts';
import { createBatcher } from '../system/batcher.ts';
import { within } from '../system/within.ts';
import type { ShopDocument } from './shop-schema.ts';

/** Longest wait for MongoDB, of the 5 s that Shopify waits. */
const ANSWER_MS = 500;
/** After MongoDB did not answer, it is not queried again for this long. */
const AWAY_MS = 2000;
/** Most shops remembered at a time. */
const MOST = 10_000;
/** Lookups per round trip. Only one is in progress at a time, however many shop names an attacker invents. */
const BATCH = { largest: 500 };

/**
 * Whether a shop has a record, installed or not: webhooks from before an uninstall may still arrive, and erasure
 * requests come two days after it. Records are permanent, so a shop is looked up until it has one, and then
 * remembered. Fails open: while MongoDB is down, every shop counts as known.
 */
export function createKnownShops(
  client: mongo.MongoClient,
  database: string,
  now: () => number = Date.now,
): (shop: ShopDomain) => Promise<boolean> {
  const shops = client.db(database).collection<ShopDocument>('shops');
  const known = new Set<ShopDomain>();
  let awayUntil = 0;
  const hasRecord = createBatcher<ShopDomain, boolean>(async (asked) => {
    const conditions = { _id: { $in: asked.map(String) } };
    const found = await shops.find(conditions, { projection: { _id: 1 } }).toArray();
    const ids = new Set(found.map(({ _id }) => _id));
    return asked.map((shop) => ids.has(shop));
  }, BATCH);
  return async (shop) => {
    if (known.has(shop) || now() < awayUntil) return true;
    try {
      if (!(await within(hasRecord(shop), ANSWER_MS))) return false;
    } catch {
      awayUntil = now() + AWAY_MS;
      return true;
    }
    if (known.size >= MOST) known.clear();
    known.add(shop);
    return true;
  };
}
