import type { ShopTopic } from '../order/shop-topics.ts';
import type { Topic } from '../order/topics.ts';

/**
 * Which scope a topic needs, grouped as in `shopify.app.toml`. With a mistake here, a topic that the shop has is
 * reported as missing, or a missing one is not reported.
 */
export const TOPICS_BY_SCOPE = {
  read_orders: [
    'orders/create',
    'orders/paid',
    'orders/updated',
    'orders/link_requested',
    'orders/edited',
    'orders/risk_assessment_changed',
    'orders/shopify_protect_eligibility_changed',
    'orders/partially_fulfilled',
    'orders/fulfilled',
    'orders/cancelled',
    'orders/delete',
    'order_transactions/create',
    'tender_transactions/create',
    'refunds/create',
  ],
  read_fulfillments: [
    'fulfillments/create',
    'fulfillments/update',
    'fulfillment_events/create',
    'fulfillment_events/delete',
  ],
  read_returns: [
    'returns/request',
    'returns/approve',
    'returns/decline',
    'returns/cancel',
    'returns/close',
    'returns/reopen',
  ],
  read_draft_orders: ['draft_orders/create', 'draft_orders/update'],
  read_shopify_payments_disputes: ['disputes/create', 'disputes/update'],
} as const satisfies Record<string, readonly Topic[]>;

/** Topics that need no scope, without the compliance topics: the API has no subscriptions for those. */
export const TOPICS_WITHOUT_SCOPE = [
  'app/uninstalled',
  'app/scopes_update',
] as const satisfies readonly ShopTopic[];
