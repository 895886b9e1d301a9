import type { Collections } from './collections.ts';
import type { ShopDocument } from './shop-schema.ts';

/** One install of a shop: what is written for it does not change a later install. */
type CheckedInstall = Pick<ShopDocument, '_id' | 'installedAt'>;

/** When shops' scopes and subscriptions are checked, and what was found. */
export interface ShopChecks {
  /**
   * Selects the installed shop that has been due longest, and moves its due time, so that each shop is checked
   * by one process; null: no shop is due.
   */
  take: (now: Date, nextAt: Date) => Promise<ShopDocument | null>;
  granted: (install: CheckedInstall, scopes: string[], scopesAt: Date) => Promise<void>;
  found: (install: CheckedInstall, subscriptions: ShopDocument['subscriptions']) => Promise<void>;
  /** Makes a shop due by this time. One that became due in the meantime stays due. */
  dueBy: (install: CheckedInstall, at: Date) => Promise<void>;
}

export function createShopChecks({ shops }: Pick<Collections, 'shops'>): ShopChecks {
  const of = ({ _id, installedAt }: CheckedInstall) => ({ _id, state: 'installed', installedAt }) as const;
  return {
    take: async (now, nextAt) =>
      await shops
        .findOneAndUpdate(
          { state: 'installed', subscriptionsDueAt: { $lte: now } },
          { $set: { subscriptionsDueAt: nextAt } },
          { sort: { subscriptionsDueAt: 1 } },
        )
        .lean<ShopDocument>(),
    granted: async (install, scopes, scopesAt) => {
      await shops.updateOne(of(install), { $set: { scopes, scopesAt } });
    },
    found: async (install, subscriptions) => {
      await shops.updateOne(of(install), { $set: { subscriptions } });
    },
    dueBy: async (install, at) => {
      await shops.updateOne(of(install), { $min: { subscriptionsDueAt: at } });
    },
  };
}
