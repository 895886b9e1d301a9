import { z } from 'zod';
import { complianceRequest } from './compliance.ts';
import { count, instant, shop } from './base.ts';
import { reconcile } from './reconcile.ts';

const topics = z.array(z.string());

const shopRow = z.object({
  shop: z.string(),
  waitingEvents: count,
  /** Events taken in this hour and the 24 before it, and their share of all shops' (0 to 1). */
  events24h: count,
  share: z.number(),
  lastEventAt: instant.nullable().describe('includes events from reconciliation'),
  lastWebhookAt: instant.nullable().describe('when Shopify last sent a webhook'),
  state: z
    .enum(['installed', 'uninstalled', 'unknown'])
    .describe('unknown: it sent events, and never installed the app'),
  installedAt: instant.nullable(),
  uninstalledAt: instant.nullable(),
  scopes: z.array(z.string()).describe('that the merchant granted'),
  attention: z.string().nullable().describe('why Lockstep cannot ask Shopify for it; null: it can'),
  reconciledTo: instant
    .nullable()
    .describe("all orders that changed before then were compared with Shopify's"),
  putRight: count.describe('orders that reconciliation put right since it installed'),
  subscriptions: z
    .object({
      checkedAt: instant,
      missing: topics.describe('not sent: the merchant did not grant their scope'),
      doubled: topics.describe('sent twice: somebody subscribed through the API, too'),
      says: z.array(z.string()).describe('the same in words, and what to do; empty where all is well'),
    })
    .nullable()
    .describe('null: not looked at yet'),
  token: z
    .object({
      expires: instant.nullable(),
      refreshExpires: instant.nullable(),
      key: z.string().describe('name of the key in TOKEN_KEYS that it is sealed with'),
    })
    .nullable()
    .describe('of its access token, never the token'),
  redactedAt: instant.nullable().describe('when its data was erased'),
});
export type ShopRow = z.infer<typeof shopRow>;
export const shopQuery = z.strictObject({ name: z.string().max(253).optional() });
export const shopList = z.object({
  shops: z.array(shopRow).describe('busiest first, 200 at most'),
  total: count,
});
export type ShopList = z.infer<typeof shopList>;

export const shopPlace = z.strictObject({ shop });
/** Who may see a shop sees that something is asked of it and until when, but not of whom. */
const openRequest = complianceRequest.pick({
  id: true,
  kind: true,
  receivedAt: true,
  dueAt: true,
  state: true,
  passes: true,
});
export type OpenRequest = z.infer<typeof openRequest>;
export const shopDetail = shopRow.extend({
  reconciles: z.array(reconcile).describe('the last five, newest first'),
  requests: z.array(openRequest).describe('about personal data, and not done; soonest due first'),
});
export type ShopDetail = z.infer<typeof shopDetail>;
