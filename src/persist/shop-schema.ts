import { Schema } from 'mongoose';
import type { FieldsOf, SubfieldsOf } from './fields-of.ts';

/** A shop that has, or once had, the app installed. Written by install, uninstall, reconciliation and redaction. */
export interface ShopDocument {
  /** `example.myshopify.com` */
  _id: string;
  state: 'installed' | 'uninstalled';
  installedAt: Date;
  /** Shopify's triggered-at of the uninstall, or when a shop/redact arrived that implied it. */
  uninstalledAt: Date | null;
  /** What the merchant granted. */
  scopes: string[];
  /** When Shopify reported them, by our clock: at install, or when it was asked. */
  scopesAt: Date | null;
  /** Why its token no longer works; null while it does. Shown to operators and on the merchant's page. */
  attention: string | null;
  /** The result of the last check of its subscriptions. */
  subscriptions: { checkedAt: Date; missing: string[]; doubled: string[] } | null;
  /** When its scopes and subscriptions are checked next. */
  subscriptionsDueAt: Date | null;
  /** All orders updated at Shopify before this time have been compared with ours. */
  reconciledTo: Date | null;
  /** Ids of orders that exist here and that Shopify did not know at the last check; at most a hundred. */
  gone: string[];
  /** The last of our orders that Shopify was asked about; null: start with the first. */
  askedTo: string | null;
  /** Orders that reconciliation has repaired since the shop was installed. */
  repaired: number;
  /** When shop/redact was carried out. */
  redactedAt: Date | null;
}

const subscriptions = {
  _id: false,
  checkedAt: Date,
  missing: [String],
  doubled: [String],
} satisfies SubfieldsOf<NonNullable<ShopDocument['subscriptions']>>;

export const shopSchema = new Schema(
  {
    _id: { type: String, required: true },
    state: { type: String, required: true, enum: ['installed', 'uninstalled'] },
    installedAt: { type: Date, required: true },
    uninstalledAt: Date,
    scopes: { type: [String], required: true },
    scopesAt: Date,
    attention: String,
    subscriptions: { type: subscriptions },
    subscriptionsDueAt: Date,
    reconciledTo: Date,
    gone: { type: [String], default: [] },
    askedTo: String,
    repaired: { type: Number, required: true, default: 0 },
    redactedAt: Date,
  } satisfies FieldsOf<ShopDocument>,
  { collection: 'shops', versionKey: false, strict: true },
);

// For shops that are due.
shopSchema.index({ state: 1, reconciledTo: 1 });
shopSchema.index({ state: 1, subscriptionsDueAt: 1 });
// For shops that need attention.
shopSchema.index({ state: 1, _id: 1 }, { partialFilterExpression: { attention: { $type: 'string' } } });
