import type { mongo } from 'mongoose';
import type { ShopDomain } from '../order/identity.ts';
import { within } from '../system/within.ts';
import type { ShopDocument } from './shop-schema.ts';

/** How long an answer is believed: a shop that installs is taken so much later. */
const KNOWN_FOR_MS = 10_000;
/** Of the 5 s that Shopify waits. */
const ANSWER_MS = 500;
/** Shops remembered at a time: the header is anybody's who can sign. */
const MOST = 10_000;

/**
 * Whether a shop has a record, installed or no more: webhooks of before an uninstall are still on their way. Fails
 * open: while MongoDB is away, every shop is known.
 */
export function knownShops(
  client: mongo.MongoClient,
  database: string,
  now: () => number = Date.now,
): (shop: ShopDomain) => Promise<boolean> {
  const shops = client.db(database).collection<ShopDocument>('shops');
  const remembered = new Map<string, { at: number; known: Promise<boolean> }>();
  const ask = async (shop: ShopDomain): Promise<boolean> => {
    try {
      const found = within(shops.findOne({ _id: String(shop) }, { projection: { _id: 1 } }), ANSWER_MS);
      return (await found) !== null;
    } catch {
      return true;
    }
  };
  return (shop) => {
    const last = remembered.get(shop);
    if (last && now() - last.at < KNOWN_FOR_MS) return last.known;
    if (remembered.size >= MOST) remembered.clear();
    const known = ask(shop);
    remembered.set(shop, { at: now(), known });
    return known;
  };
}
