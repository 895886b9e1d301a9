import { Schema } from 'mongoose';

/** A shop that installed the app, or did once. Written by install, uninstall, reconcile and redaction. */
export interface ShopDocument {
  /** `example.myshopify.com` */
  _id: string;
  state: 'installed' | 'uninstalled';
  installedAt: Date;
  /** Shopify's triggered-at of the uninstall that counts. */
  uninstalledAt: Date | null;
  /** What the merchant granted. */
  scopes: string[];
  /** When Shopify told that, by our clock: at install, or when it was asked. */
  scopesAt: Date | null;
  /** Why its token works no more; null while it does. An operator and the merchant's page show it. */
  attention: string | null;
  /** What was found of its subscriptions, and when. */
  subscriptions: { checkedAt: Date; missing: string[]; doubled: string[] } | null;
  /** When its scopes and subscriptions are looked at next. */
  subscriptionsDueAt: Date | null;
  /** All orders updated before this moment at Shopify were held against ours. */
  reconciledTo: Date | null;
  /** Ids of orders that we hold as live and that Shopify did not know when it was last asked; at most a hundred. */
  gone: string[];
  /** Up to which order of ours Shopify was asked whether it knows them; null: from the first on. */
  askedTo: string | null;
  /** Orders that reconciliation put right since the shop installed. */
  putRight: number;
  /** When shop/redact was carried out. */
  redactedAt: Date | null;
}

export const shopSchema = new Schema(
  {
    _id: { type: String, required: true },
    state: { type: String, required: true, enum: ['installed', 'uninstalled'] },
    installedAt: { type: Date, required: true },
    uninstalledAt: Date,
    scopes: { type: [String], required: true },
    scopesAt: Date,
    attention: String,
    subscriptions: { type: { _id: false, checkedAt: Date, missing: [String], doubled: [String] } },
    subscriptionsDueAt: Date,
    reconciledTo: Date,
    gone: { type: [String], default: [] },
    askedTo: String,
    putRight: { type: Number, required: true, default: 0 },
    redactedAt: Date,
  },
  { collection: 'shops', versionKey: false, strict: true },
);

// Whose turn it is.
shopSchema.index({ state: 1, reconciledTo: 1 });
shopSchema.index({ state: 1, subscriptionsDueAt: 1 });
// Those that somebody should look at.
shopSchema.index({ state: 1, _id: 1 }, { partialFilterExpression: { attention: { $type: 'string' } } });
