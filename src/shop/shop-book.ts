import type { Collections } from '../persist/collections.ts';
import type { ShopDocument } from '../persist/shop-schema.ts';

/** What became of a telling of Shopify's: it counts, what is known is newer, or the shop is not known. */
export type Told = 'counts' | 'stale' | 'unknown';

/** The shops that installed the app, or did once. Every change is one write, safe to repeat. */
export interface ShopBook {
  /** @param at before the tokens were asked for: an uninstall that follows is later */
  installed: (shop: string, scopes: readonly string[], at: Date) => Promise<void>;
  /** The tokens of the install that ended go with it. @param triggeredAt Shopify's */
  uninstalled: (shop: string, triggeredAt: Date) => Promise<Told>;
  /** Marks the shop: its scopes are asked of Shopify, with its own token (subscription-check.ts). */
  scopesChanged: (shop: string) => Promise<Told>;
  /** Why Shopify cannot be asked for it; null: it can. Of a shop that is out, nothing is told. */
  attention: (shop: string, because: string | null) => Promise<void>;
  /** Whether its tokens work: where not, {@link REOPEN} is told until they do; and only that is taken back. */
  tokensWork: (shop: string, work: boolean) => Promise<void>;
  find: (shop: string) => Promise<ShopDocument | null>;
  /** By name, {@link MOST} at most. */
  list: () => Promise<ShopDocument[]>;
}

/** What only the merchant can do, and opening the app is all of it. */
export const REOPEN = 'its tokens have lapsed: the merchant must open the app in the Shopify admin';

const MOST = 1000;
/** Tokens are dated by our clock, an uninstall by Shopify's. Nobody installs anew within so little of uninstalling. */
const CLOCKS_DIFFER_MS = 5000;
/** Long overdue: whichever clock it is compared with. */
const AT_ONCE = new Date(0);

export function shopBook({ shops, sessions }: Pick<Collections, 'shops' | 'sessions'>): ShopBook {
  const why = async (shop: string): Promise<Told> =>
    (await shops.exists({ _id: shop })) ? 'stale' : 'unknown';
  const tokensWork = async (shop: string, work: boolean): Promise<void> => {
    const [before, after] = work ? [{ attention: REOPEN }, null] : [{}, REOPEN];
    await shops.updateOne({ _id: shop, state: 'installed', ...before }, { $set: { attention: after } });
  };
  return {
    installed: async (shop, scopes, at) => {
      const now = { state: 'installed' as const, scopes: [...scopes], subscriptionsDueAt: AT_ONCE };
      const dated = { installedAt: at, scopesAt: at };
      const again = await shops.updateOne({ _id: shop, state: 'installed' }, { $set: now, $max: dated });
      // What else is wrong with a shop that is in, new tokens need not mend: whoever found it takes it back.
      if (again.matchedCount > 0) return await tokensWork(shop, true);
      const anew = {
        attention: null,
        uninstalledAt: null,
        subscriptions: null,
        reconciledTo: null,
        gone: [],
        askedTo: null,
        putRight: 0,
        redactedAt: null,
      };
      await shops.updateOne({ _id: shop }, { $set: { ...now, ...dated, ...anew } }, { upsert: true });
    },
    uninstalled: async (shop, triggeredAt) => {
      const { matchedCount } = await shops.updateOne(
        { _id: shop, installedAt: { $lte: triggeredAt } },
        // Told twice, the first time stands.
        [
          {
            $set: {
              state: 'uninstalled',
              uninstalledAt: { $ifNull: ['$uninstalledAt', triggeredAt] },
              attention: null,
            },
          },
        ],
        { updatePipeline: true },
      );
      if (matchedCount === 0) return await why(shop);
      const before = new Date(triggeredAt.getTime() + CLOCKS_DIFFER_MS);
      await sessions.deleteMany({ shop, storedAt: { $lte: before } });
      return 'counts';
    },
    scopesChanged: async (shop) => {
      const { matchedCount } = await shops.updateOne(
        { _id: shop, state: 'installed' },
        { $set: { subscriptionsDueAt: AT_ONCE } },
      );
      return matchedCount > 0 ? 'counts' : await why(shop);
    },
    attention: async (shop, because) => {
      await shops.updateOne({ _id: shop, state: 'installed' }, { $set: { attention: because } });
    },
    tokensWork,
    find: async (shop) => await shops.findById(shop).lean<ShopDocument>(),
    list: async () => await shops.find().sort({ _id: 1 }).limit(MOST).lean<ShopDocument[]>(),
  };
}
