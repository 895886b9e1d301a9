import type { RequestStore } from '../persist/request-store.ts';
import type { ShopEvents, ShopVerdict } from '../drain/drain-tools.ts';
import type { ShopEvent } from '../order/shop-event.ts';
import type { AuditedOnce, Continued } from '../persist/audited-once.ts';
import type { ShopStore, ShopChange } from '../persist/shop-store.ts';

export interface ShopEventTools {
  shops: ShopStore;
  requests: RequestStore;
  audited: AuditedOnce;
}

const VERDICTS = {
  counts: { outcome: 'applied', because: null },
  stale: {
    outcome: 'stale',
    because: 'outdated: the shop has installed the app again since, or a newer message is known',
  },
  unknown: { outcome: 'unchanged', because: 'the shop never installed the app' },
} as const satisfies Record<ShopChange, ShopVerdict>;

/**
 * Applies Shopify's messages about a shop to its record. Each can be repeated with the same result.
 * Triggered-at is not signed: anyone who has a signed body can mark a shop as uninstalled again; its merchant
 * then has to open the app once.
 */
export function createShopEvents({ shops, requests, audited }: ShopEventTools): ShopEvents {
  const audit = async (
    event: ShopEvent,
    action: Continued,
    run: () => Promise<ShopChange>,
  ): Promise<ShopVerdict> => {
    const act = {
      action,
      target: event.shop,
      who: 'shopify',
      role: 'none',
      reason: `event ${event.id}`,
    } as const;
    const entry = await audited.begin(act);
    const outcome = await run();
    await audited.end(entry, DETAILS[outcome]);
    return VERDICTS[outcome];
  };
  return {
    carryOut: async (event) => {
      const at = new Date(event.at);
      switch (event.topic) {
        case 'app/uninstalled':
          return await audit(event, 'shop.uninstall', () => shops.uninstalled(event.shop, at));
        case 'app/scopes_update':
          return await audit(event, 'shop.scopes', () => shops.scopesChanged(event.shop));
        case 'shop/redact':
          if (await isBackSince(event.shop, at, shops)) return BACK;
          return await audit(event, 'compliance.ask', () => requests.ask(event));
        case 'customers/data_request':
        case 'customers/redact':
          return await audit(event, 'compliance.ask', () => requests.ask(event));
      }
    },
  };
}

const DETAILS = {
  counts: 'done',
  stale: 'nothing: a newer state of the shop is known',
  unknown: 'nothing: the shop never installed the app',
} as const satisfies Record<ShopChange, string>;

/** A shop that has installed the app again must not be erased: an earlier request is void. */
const BACK: ShopVerdict = { outcome: 'stale', because: 'the shop has installed the app again since' };

async function isBackSince(shop: string, at: Date, shops: ShopStore): Promise<boolean> {
  const known = await shops.find(shop);
  return known?.state === 'installed' && known.installedAt > at;
}
