import type { Collections } from './collections.ts';
import type { ShopDocument } from './shop-schema.ts';

/** The effect of a message from Shopify: it counts, a newer state is known, or the shop is unknown. */
export type ShopChange = 'counts' | 'stale' | 'unknown';

/** The shops that have the app or had it once. Every change is one write and safe to repeat. */
export interface ShopStore {
  /** @param at a time before the tokens were requested, so that a later uninstall is newer */
  installed: (shop: string, scopes: readonly string[], at: Date) => Promise<void>;
  /** Also deletes the tokens of that install. @param triggeredAt Shopify's */
  uninstalled: (shop: string, triggeredAt: Date) => Promise<ShopChange>;
  /** Marks the shop: subscription-check.ts then asks Shopify for its scopes, with the shop's own token. */
  scopesChanged: (shop: string) => Promise<ShopChange>;
  /** Records what needs attention at an installed shop; null: nothing. */
  attention: (shop: string, because: string | null) => Promise<void>;
  /** Records whether its tokens work. If not, its attention is {@link REOPEN} until they do. */
  tokensWork: (shop: string, work: boolean) => Promise<void>;
  find: (shop: string) => Promise<ShopDocument | null>;
  /** By name, {@link MOST} at most. */
  list: () => Promise<ShopDocument[]>;
}

/** Opening the app is all that is needed. Do not change the text: it is compared with stored records. */
export const REOPEN = 'its tokens have lapsed: the merchant must open the app in the Shopify admin';

const MOST = 1000;
/** Tokens have a time of our clock, uninstalls of Shopify's. Nobody reinstalls so soon after an uninstall. */
const CLOCKS_DIFFER_MS = 5000;
/** Overdue by any clock. */
const AT_ONCE = new Date(0);
const DUE = { subscriptionsDueAt: AT_ONCE };

export function createShopStore({ shops, sessions }: Pick<Collections, 'shops' | 'sessions'>): ShopStore {
  const why = async (shop: string): Promise<ShopChange> =>
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
      // Only REOPEN is cleared: new tokens do not fix other problems. Those are cleared where they were found.
      if (again.matchedCount > 0) return await tokensWork(shop, true);
      const cleared = {
        attention: null,
        uninstalledAt: null,
        subscriptions: null,
        reconciledTo: null,
        gone: [],
        askedTo: null,
        repaired: 0,
        redactedAt: null,
      };
      await shops.updateOne({ _id: shop }, { $set: { ...now, ...dated, ...cleared } }, { upsert: true });
    },
    uninstalled: async (shop, triggeredAt) => {
      const { matchedCount } = await shops.updateOne(
        { _id: shop, installedAt: { $lte: triggeredAt } },
        // If it is reported twice, the first time counts.
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
      const { matchedCount } = await shops.updateOne({ _id: shop, state: 'installed' }, { $set: DUE });
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
