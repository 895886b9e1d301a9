import { isShopTopic } from './shop-topics.ts';

/**
 * Every order topic, and what it means for its order. Any other topic is answered `ignored`. A mistake here sends an
 * event to the wrong order (orderIdAt) or to the wrong place in the sequence (rank).
 */

/** The fields of an order's document that hold parts with their own ids. */
export type PartKind =
  | 'transactions'
  | 'refunds'
  | 'fulfillments'
  | 'fulfillmentEvents'
  | 'tenders'
  | 'disputes'
  | 'returns'
  | 'edits'
  | 'drafts'
  | 'assessments'
  | 'protections';

interface TopicRow {
  /** `snapshot`: the whole order; `delete`: a deletion of the order; otherwise the kind of part in the body. */
  brings: 'snapshot' | 'delete' | PartKind;
  /** Path of the order's id in the body; ids beside it may be GraphQL ids. */
  orderIdAt: readonly string[];
  /** Path of the order's GraphQL id, which takes precedence because it is a string and so exact. */
  gidAt?: readonly string[];
  /** May arrive without an order (a draft, a return of another kind), and is then ignored. */
  optional?: true;
  /** The body has no time: two identical bodies may be two events, so triggered-at is part of the hash. */
  timeless?: true;
  /** Made by Lockstep from Admin API data; a webhook with this topic is not valid. */
  source?: 'reconcile';
  /** Breaks ties of time: create < transaction < paid < … < delete. */
  rank: number;
}

const ID = ['id'] as const;
const ORDER_ID = ['order_id'] as const;
const SNAPSHOT = { brings: 'snapshot', orderIdAt: ID, gidAt: ['admin_graphql_api_id'] } as const;
const RETURN = { brings: 'returns', optional: true, timeless: true, rank: 7 } as const;
const RETURN_WITH_ORDER = {
  ...RETURN,
  orderIdAt: ['order', 'id'],
  gidAt: ['order', 'admin_graphql_api_id'],
} as const;

export const TOPICS = {
  'orders/create': { ...SNAPSHOT, rank: 0 },
  'order_transactions/create': { brings: 'transactions', orderIdAt: ORDER_ID, rank: 1 },
  'tender_transactions/create': { brings: 'tenders', orderIdAt: ORDER_ID, rank: 1 },
  'orders/paid': { ...SNAPSHOT, rank: 2 },
  'orders/updated': { ...SNAPSHOT, rank: 3 },
  'orders/link_requested': { ...SNAPSHOT, rank: 3 },
  'orders/edited': { brings: 'edits', orderIdAt: ['order_edit', 'order_id'], rank: 3 },
  'orders/risk_assessment_changed': {
    brings: 'assessments',
    orderIdAt: ORDER_ID,
    gidAt: ['admin_graphql_api_order_id'],
    optional: true,
    rank: 3,
  },
  'orders/shopify_protect_eligibility_changed': {
    brings: 'protections',
    orderIdAt: ORDER_ID,
    timeless: true,
    rank: 3,
  },
  'draft_orders/create': { brings: 'drafts', orderIdAt: ORDER_ID, optional: true, rank: 3 },
  'draft_orders/update': { brings: 'drafts', orderIdAt: ORDER_ID, optional: true, rank: 3 },
  'fulfillments/create': { brings: 'fulfillments', orderIdAt: ORDER_ID, rank: 4 },
  'fulfillments/update': { brings: 'fulfillments', orderIdAt: ORDER_ID, rank: 4 },
  'fulfillment_events/create': { brings: 'fulfillmentEvents', orderIdAt: ORDER_ID, rank: 4 },
  'fulfillment_events/delete': { brings: 'fulfillmentEvents', orderIdAt: ORDER_ID, rank: 5 },
  'orders/partially_fulfilled': { ...SNAPSHOT, rank: 4 },
  'orders/fulfilled': { ...SNAPSHOT, rank: 5 },
  'refunds/create': { brings: 'refunds', orderIdAt: ORDER_ID, rank: 6 },
  'returns/request': { ...RETURN_WITH_ORDER },
  'returns/approve': { ...RETURN_WITH_ORDER },
  'returns/decline': { ...RETURN_WITH_ORDER },
  'returns/cancel': { ...RETURN, orderIdAt: ORDER_ID },
  'returns/close': { ...RETURN, orderIdAt: ORDER_ID },
  'returns/reopen': { ...RETURN, orderIdAt: ORDER_ID },
  'disputes/create': { brings: 'disputes', orderIdAt: ORDER_ID, timeless: true, rank: 7 },
  'disputes/update': { brings: 'disputes', orderIdAt: ORDER_ID, timeless: true, rank: 7 },
  'orders/cancelled': { ...SNAPSHOT, rank: 8 },
  'orders/delete': { brings: 'delete', orderIdAt: ID, rank: 9 },
  'reconcile/order': { ...SNAPSHOT, source: 'reconcile', rank: 3 },
  'reconcile/delete': { brings: 'delete', orderIdAt: ID, source: 'reconcile', rank: 9 },
} as const satisfies Record<string, TopicRow>;

export type Topic = keyof typeof TOPICS;

/**
 * The type name in the GraphQL id of each kind of body, which is signed. Shopify's samples have none for the last
 * three; it could only be the order's.
 */
export const NAMES_IN_GID = {
  snapshot: 'Order',
  delete: 'Order',
  transactions: 'OrderTransaction',
  refunds: 'Refund',
  fulfillments: 'Fulfillment',
  fulfillmentEvents: 'FulfillmentEvent',
  tenders: 'TenderTransaction',
  disputes: 'ShopifyPaymentsDispute',
  returns: 'Return',
  drafts: 'DraftOrder',
  edits: 'Order',
  assessments: 'Order',
  protections: 'Order',
} as const satisfies Record<TopicRow['brings'], string>;

/** The topic whose arrival ends the hold. */
export const CREATE: Topic = 'orders/create';
/** A whole order as reconciliation found it at Shopify. */
export const RECONCILED: Topic = 'reconcile/order';
/** An order that Lockstep has and Shopify does not. */
export const RECONCILED_DELETE: Topic = 'reconcile/delete';

export function isTopic(text: string): text is Topic {
  return Object.hasOwn(TOPICS, text);
}

export function topicRow(topic: Topic): TopicRow {
  return TOPICS[topic];
}

/** Whether bodies of this topic have no time, as with all topics about the shop itself. */
export function isTimeless(topic: string): boolean {
  return isShopTopic(topic) || (isTopic(topic) && topicRow(topic).timeless === true);
}

/** Whether a webhook may have this topic. */
export function isSent(topic: Topic): boolean {
  return topicRow(topic).source === undefined;
}

/** Topics of Shopify's Events (API 2026-10), as Shopify spells them. Not handled yet. */
export const EVENT_TOPICS = [
  'Article',
  'Blog',
  'Collection',
  'Company',
  'Customer',
  'FulfillmentOrder',
  'InventoryItem',
  'InventoryShipment',
  'InventoryTransfer',
  'Location',
  'Metaobject',
  'MetaobjectDefinition',
  'MetafieldDefinition',
  'Order',
  'Page',
  'Product',
  'Refund',
  'Return',
] as const;
