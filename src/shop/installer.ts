import { RequestedTokenType, type Session } from '@shopify/shopify-api';
import type { AuditLog } from '../persist/audit-log.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { Installed } from './installed-at-shopify.ts';
import { REOPEN, type ShopStore } from '../persist/shop-store.ts';
import type { Shopify } from './shopify.ts';

export interface InstallerTools {
  shopify: Shopify;
  tokens: AccessTokens;
  shops: ShopStore;
  audit: AuditLog;
  isIn: (shop: string) => Promise<Installed>;
}

/** Installs the app for a shop: its tokens, its record, and an entry in the audit log. Safe to repeat. */
export interface Installer {
  /**
   * From the embedded page, by exchanging its session token. Does nothing if the shop is installed and its
   * tokens work.
   * @param opened the merchant has just opened the page: Shopify is asked whether the stored token works
   */
  byExchange: (shop: string, sessionToken: string, opened: boolean) => Promise<void>;
  /** By the authorization code grant. @param get the session, from Shopify's library */
  byGrant: (shop: string, get: () => Promise<Session>) => Promise<void>;
}

/**
 * Tokens are stored before the record. If the process dies in between, the page finds no record and installs
 * again.
 */
export function createInstaller({ shopify, tokens, shops, audit, isIn }: InstallerTools): Installer {
  const install = async (shop: string, how: string, get: () => Promise<Session>): Promise<void> => {
    const act = { action: 'shop.install', target: shop, who: 'shopify', role: 'none', reason: how } as const;
    const begun: number[] = [];
    try {
      // Taken before the token is requested, so that a later uninstall is newer however long that takes.
      const at = new Date();
      const { scope } = await tokens.take(shop, async () => {
        const session = await get();
        // Before anything is stored. Attempts that Shopify refuses are not audited.
        begun.push(await audit.begin(act));
        return session;
      });
      await shops.installed(shop, scope?.split(',') ?? [], at);
      for (const entry of begun) await audit.end(entry, 'done', `scopes ${scope ?? 'unknown'}`);
    } catch (error) {
      for (const entry of begun) await audit.end(entry, 'failed', null);
      throw error;
    }
  };
  /**
   * Whether the shop needs no new installation. After an uninstall and a reinstall the shop has a new token,
   * and the webhook about the uninstall may come hours after the merchant opened the page. If Shopify gives
   * no answer, the stored token is assumed to work.
   */
  const isWell = async (shop: string, opened: boolean): Promise<boolean> => {
    const known = await shops.find(shop);
    if (known?.state !== 'installed' || known.attention === REOPEN) return false;
    return !opened || (await isIn(shop)) !== 'out';
  };
  return {
    byExchange: async (shop, sessionToken, opened) => {
      if (await isWell(shop, opened)) return;
      await install(shop, 'token exchange', async () => {
        const requestedTokenType = RequestedTokenType.OfflineAccessToken;
        const asked = { shop, sessionToken, requestedTokenType, expiring: true };
        return (await shopify.auth.tokenExchange(asked)).session;
      });
    },
    byGrant: (shop, get) => install(shop, 'authorization code grant', get),
  };
}
