import { RequestedTokenType, type Session } from '@shopify/shopify-api';
import type { AuditLog } from '../persist/audit-log.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { ShopBook } from './shop-book.ts';
import type { Shopify } from './shopify.ts';

export interface InstallerTools {
  shopify: Shopify;
  tokens: AccessTokens;
  shops: ShopBook;
  audit: AuditLog;
}

/** Takes a shop in: its tokens, its record, and a line of the audit. Safe to repeat. */
export interface Installer {
  /** From the embedded page: its session token is exchanged. Does nothing for a shop that is in and well. */
  byExchange: (shop: string, sessionToken: string) => Promise<void>;
  /** By the authorization code grant. @param get the session, from Shopify's library */
  byGrant: (shop: string, get: () => Promise<Session>) => Promise<void>;
}

/**
 * The tokens first. If the process dies before the record is written, the page finds none and installs again.
 */
export function installer({ shopify, tokens, shops, audit }: InstallerTools): Installer {
  const install = async (shop: string, how: string, get: () => Promise<Session>): Promise<void> => {
    const act = { action: 'shop.install', target: shop, who: 'shopify', role: 'none', reason: how } as const;
    const entry = await audit.begin(act);
    try {
      // Before the token is asked for: an uninstall that follows it is later, whatever our answer takes.
      const at = new Date();
      const { scope } = await tokens.take(shop, get);
      await shops.installed(shop, scope?.split(',') ?? [], at);
      await audit.end(entry, 'done', `scopes ${scope ?? 'unknown'}`);
    } catch (error) {
      await audit.end(entry, 'failed', null);
      throw error;
    }
  };
  return {
    byExchange: async (shop, sessionToken) => {
      const known = await shops.find(shop);
      if (known?.state === 'installed' && known.attention === null) return;
      await install(shop, 'token exchange', async () => {
        const requestedTokenType = RequestedTokenType.OfflineAccessToken;
        const asked = { shop, sessionToken, requestedTokenType, expiring: true };
        return (await shopify.auth.tokenExchange(asked)).session;
      });
    },
    byGrant: (shop, get) => install(shop, 'authorization code grant', get),
  };
}
