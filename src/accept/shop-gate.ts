import { NO_SHOP, type ShopDomain } from '../order/identity.ts';
import type { Config } from '../system/config.ts';

/** Whether webhooks of a shop are taken: of its orders, or about the shop itself. */
export type Takes = (shop: ShopDomain, about: 'order' | 'shop') => Promise<boolean>;

/**
 * UNKNOWN_SHOPS. Where there is an app program, every shop has a record: what is signed for another shop is a replay
 * under a made-up name. Without one, records are nobody's to write, and every shop is taken.
 * @param appIsThere whether an app program was ever started here
 * @param isKnown whether a shop has a record, installed or no more; true where that cannot be told now
 */
export function shopGate(
  setting: Config['UNKNOWN_SHOPS'],
  appIsThere: () => boolean,
  isKnown: (shop: ShopDomain) => Promise<boolean>,
): Takes {
  return async (shop, about) => {
    if (setting !== 'ignore' && !appIsThere()) return true;
    if (setting === 'take' && about === 'order') return true;
    // What names no shop is parked for an operator to see.
    return shop === NO_SHOP || (await isKnown(shop));
  };
}
