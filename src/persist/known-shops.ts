import type { mongo } from 'mongoose';
import type { ShopDomain } from '../order/identity.ts';
import { coalesce } from '../system/coalesce.ts';
import { within } from '../system/within.ts';
import type { ShopDocument } from './shop-schema.ts';

/** Of the 5 s that Shopify waits. */
const ANSWER_MS = 500;
/** After MongoDB did not answer, nobody waits for it for so long. */
const AWAY_MS = 2000;
/** Shops remembered at a time. */
const MOST = 10_000;
/** Questions that share a round trip; one is under way at a time, however many shops somebody makes up. */
const BATCH = { largest: 500 };

/**
 * Whether a shop has a record, installed or no more: webhooks of before an uninstall are still on their way, and
 * requests to erase come two days after. A record stays, so that a shop is asked for until it has one, and then no
 * more. Fails open: while MongoDB is away, every shop is known.
 */
export function knownShops(
  client: mongo.MongoClient,
  database: string,
  now: () => number = Date.now,
): (shop: ShopDomain) => Promise<boolean> {
  const shops = client.db(database).collection<ShopDocument>('shops');
  const known = new Set<ShopDomain>();
  let awayUntil = 0;
  const hasRecord = coalesce<ShopDomain, boolean>(async (asked) => {
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
