import { NO_SHOP, type ShopDomain } from '../order/identity.ts';
import type { Config } from '../system/config.ts';

/** Whether webhooks from a shop are accepted: about its orders, or about the shop itself. */
export type Takes = (shop: ShopDomain, about: 'order' | 'shop') => Promise<boolean>;

/**
 * UNKNOWN_SHOPS. If there is an app program, every shop has a record: a signed webhook for any other shop is
 * a replay under an invented name. Without an app program nothing writes records, and every shop is accepted.
 * @param appIsThere whether an app program has ever been started here
 * @param isKnown whether a shop has a record, even if it has uninstalled; true if that cannot be checked now
 */
export function createShopGate(
  setting: Config['UNKNOWN_SHOPS'],
  appIsThere: () => boolean,
  isKnown: (shop: ShopDomain) => Promise<boolean>,
): Takes {
  return async (shop, about) => {
    if (setting !== 'ignore' && !appIsThere()) return true;
    if (setting === 'take' && about === 'order') return true;
    // A webhook that names no shop is parked, so that an operator sees it.
    return shop === NO_SHOP || (await isKnown(shop));
  };
}
