/**
 * An order's status. One table derives it from facts, another lists the allowed moves. Both are complete by type: a
 * missing cell does not compile.
 *
 * Facts only ever join (newest snapshot, newest version of each part, permanent cancellation and deletion), so the
 * status depends on which events are known, never on how they arrived (P5).
 */
export const STATUSES = [
  'created',
  'payment_pending',
  'awaiting_shipment',
  'partially_shipped',
  'shipped',
  'completed',
  'cancelled',
  'failed',
  'refunded',
] as const;
export type Status = (typeof STATUSES)[number];

/** How far payment is; `unknown` until a body states it. In order: later parts can only advance it. */
export const PAYMENTS = [
  'unknown',
  'voided',
  'pending',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
] as const;
export type Payment = (typeof PAYMENTS)[number];

/** How far shipping is. `done`: shipped, and delivered or archived. */
export const SHIPPINGS = ['none', 'partial', 'shipped', 'done'] as const;
export type Shipping = (typeof SHIPPINGS)[number];

export const STATUS_BY_FACTS = {
  unknown: { none: 'created', partial: 'partially_shipped', shipped: 'shipped', done: 'completed' },
  voided: { none: 'failed', partial: 'failed', shipped: 'failed', done: 'failed' },
  pending: { none: 'payment_pending', partial: 'partially_shipped', shipped: 'shipped', done: 'completed' },
  partially_paid: {
    none: 'payment_pending',
    partial: 'partially_shipped',
    shipped: 'shipped',
    done: 'completed',
  },
  paid: { none: 'awaiting_shipment', partial: 'partially_shipped', shipped: 'shipped', done: 'completed' },
  partially_refunded: {
    none: 'awaiting_shipment',
    partial: 'partially_shipped',
    shipped: 'shipped',
    done: 'completed',
  },
  refunded: { none: 'refunded', partial: 'refunded', shipped: 'refunded', done: 'refunded' },
} as const satisfies Record<Payment, Record<Shipping, Status>>;

/** Shopify's `financial_status` -> how far payment is. Unknown values count as pending. */
export const PAYMENT_BY_FINANCIAL_STATUS: Readonly<Record<string, Payment>> = {
  pending: 'pending',
  authorized: 'pending',
  partially_paid: 'partially_paid',
  paid: 'paid',
  partially_refunded: 'partially_refunded',
  refunded: 'refunded',
  voided: 'voided',
  expired: 'voided',
};

/** Shopify's `fulfillment_status` -> how far shipping is. Null and unknown values count as none. */
export const SHIPPING_BY_FULFILLMENT_STATUS: Readonly<Record<string, Shipping>> = {
  partial: 'partial',
  fulfilled: 'shipped',
};

/**
 * `on`: the usual direction. `back`: only newer data from Shopify does this (a withdrawn shipment, a reopened order, a
 * refund that failed after all). `never`: no facts lead there. A cancellation is permanent, and a status that only a
 * whole order can have (failed) does not become unknown again.
 */
export type Move = 'on' | 'back' | 'never' | 'stay';

const N = 'never';
// prettier-ignore
export const MOVES = {
  created:           { created: 'stay', payment_pending: 'on',   awaiting_shipment: 'on',   partially_shipped: 'on',   shipped: 'on',   completed: 'on',   cancelled: 'on',   failed: 'on',   refunded: 'on' },
  payment_pending:   { created: 'back', payment_pending: 'stay', awaiting_shipment: 'on',   partially_shipped: 'on',   shipped: 'on',   completed: 'on',   cancelled: 'on',   failed: 'on',   refunded: 'on' },
  awaiting_shipment: { created: 'back', payment_pending: 'back', awaiting_shipment: 'stay', partially_shipped: 'on',   shipped: 'on',   completed: 'on',   cancelled: 'on',   failed: 'on',   refunded: 'on' },
  partially_shipped: { created: 'back', payment_pending: 'back', awaiting_shipment: 'back', partially_shipped: 'stay', shipped: 'on',   completed: 'on',   cancelled: 'on',   failed: 'on',   refunded: 'on' },
  shipped:           { created: 'back', payment_pending: 'back', awaiting_shipment: 'back', partially_shipped: 'back', shipped: 'stay', completed: 'on',   cancelled: 'on',   failed: 'on',   refunded: 'on' },
  completed:         { created: 'back', payment_pending: 'back', awaiting_shipment: 'back', partially_shipped: 'back', shipped: 'back', completed: 'stay', cancelled: 'on',   failed: 'on',   refunded: 'on' },
  cancelled:         { created: N,      payment_pending: N,      awaiting_shipment: N,      partially_shipped: N,      shipped: N,      completed: N,      cancelled: 'stay', failed: N,      refunded: N },
  failed:            { created: N,      payment_pending: 'back', awaiting_shipment: 'on',   partially_shipped: 'on',   shipped: 'on',   completed: 'on',   cancelled: 'on',   failed: 'stay', refunded: 'on' },
  refunded:          { created: 'back', payment_pending: 'back', awaiting_shipment: 'back', partially_shipped: 'back', shipped: 'back', completed: 'back', cancelled: 'on',   failed: 'back', refunded: 'stay' },
} as const satisfies Record<Status, Record<Status, Move>>;

/** The meaning of one of Shopify's values; inherited keys such as `constructor` are not rows of the table. */
export function meaningOf<Meaning>(
  word: string | null | undefined,
  table: Readonly<Record<string, Meaning>>,
): Meaning | undefined {
  return typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined;
}

export function laterOf<Stage>(stages: readonly Stage[], a: Stage, b: Stage): Stage {
  return stages.indexOf(a) >= stages.indexOf(b) ? a : b;
}
