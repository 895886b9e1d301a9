import { z } from 'zod';
import { complianceRequest } from './compliance.ts';
import { count, instant, shop } from './base.ts';
import { reconcile } from './reconcile.ts';

const topics = z.array(z.string());

export const shopRow = z.object({
  shop: z.string(),
  waitingEvents: count,
  /** Events accepted in this hour and the 24 before it, and their share of all shops' events (0 to 1). */
  events24h: count,
  share: z.number(),
  lastEventAt: instant.nullable().describe('includes events from reconciliation'),
  lastWebhookAt: instant.nullable().describe('when Shopify last sent a webhook'),
  state: z
    .enum(['installed', 'uninstalled', 'unknown'])
    .describe('unknown: it sent events, but never installed the app'),
  installedAt: instant.nullable(),
  uninstalledAt: instant.nullable(),
  scopes: z.array(z.string()).describe('granted by the merchant'),
  attention: z.string().nullable().describe('why Lockstep cannot call Shopify for this shop; null: it can'),
  reconciledTo: instant
    .nullable()
    .describe("all orders that changed before then were compared with Shopify's"),
  repaired: count.describe('orders that reconciliation repaired since the shop installed the app'),
  subscriptions: z
    .object({
      checkedAt: instant,
      missing: topics.describe('not sent: the merchant did not grant their scope'),
      doubled: topics.describe('sent twice: they are also subscribed through the API'),
      says: z.array(z.string()).describe('the same in words, with what to do; empty if all is well'),
    })
    .nullable()
    .describe('null: not checked yet'),
  token: z
    .object({
      expires: instant.nullable(),
      refreshExpires: instant.nullable(),
      key: z.string().describe('name of the key in TOKEN_KEYS that it is sealed with'),
    })
    .nullable()
    .describe('about its access token, never the token itself'),
  redactedAt: instant.nullable().describe('when its data was erased'),
});
export type ShopRow = z.infer<typeof shopRow>;
export const shopQuery = z.strictObject({
  // MongoDB refuses a pattern with NUL.
  name: z
    .string()
    .max(253)
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    .optional(),
});
export const shopList = z.object({
  shops: z.array(shopRow).describe('busiest first, 200 at most'),
  total: count,
});
export type ShopList = z.infer<typeof shopList>;

export const shopPlace = z.strictObject({ shop });
/** Viewers of a shop see that a request exists and when it is due, but not which customer it is about. */
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
  requests: z.array(openRequest).describe('open privacy requests, soonest due first'),
});
export type ShopDetail = z.infer<typeof shopDetail>;
