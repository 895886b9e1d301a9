import { RequestedTokenType, type Session } from '@shopify/shopify-api';
import type { AuditLog } from '../persist/audit-log.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { IsIn } from './asked-if-in.ts';
import { REOPEN, type ShopBook } from './shop-book.ts';
import type { Shopify } from './shopify.ts';

export interface InstallerTools {
  shopify: Shopify;
  tokens: AccessTokens;
  shops: ShopBook;
  audit: AuditLog;
  isIn: (shop: string) => Promise<IsIn>;
}

/** Takes a shop in: its tokens, its record, and a line of the audit. Safe to repeat. */
export interface Installer {
  /**
   * From the embedded page: its session token is exchanged. Does nothing for a shop that is in and well.
   * @param opened just now: then Shopify is asked whether it is well
   */
  byExchange: (shop: string, sessionToken: string, opened: boolean) => Promise<void>;
  /** By the authorization code grant. @param get the session, from Shopify's library */
  byGrant: (shop: string, get: () => Promise<Session>) => Promise<void>;
}

/**
 * The tokens first. If the process dies before the record is written, the page finds none and installs again.
 */
export function installer({ shopify, tokens, shops, audit, isIn }: InstallerTools): Installer {
  const install = async (shop: string, how: string, get: () => Promise<Session>): Promise<void> => {
    const act = { action: 'shop.install', target: shop, who: 'shopify', role: 'none', reason: how } as const;
    const begun: number[] = [];
    try {
      // Before the token is asked for: an uninstall that follows it is later, whatever our answer takes.
      const at = new Date();
      const { scope } = await tokens.take(shop, async () => {
        const session = await get();
        // Before anything of it is kept; what Shopify refuses is no act, however often it is tried.
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
   * One that was uninstalled and installed again has another token, and the news of the uninstall may come hours after
   * the merchant looked here. Where Shopify does not tell, nothing is concluded.
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
