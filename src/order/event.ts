import type { EventTopic } from './external-types.ts';
import type { ExternalFact } from './external-fact.ts';
import type { EventId, OrderKey } from './identity.ts';
import type { Memory } from './known.ts';
import type { PartEvent } from './part.ts';
import type { Position } from './position.ts';
import type { SentBody } from './sent-body.ts';

/** An event as it waits in a mailbox: what was received, and for which order. Its body has not been read yet. */
export interface WaitingEvent {
  id: EventId;
  order: OrderKey;
  /** As in the header; an {@link EventTopic} unless `unreadable` is set. */
  topic: string;
  webhookId: string | null;
  /** As Shopify sent it, with microseconds; null if it was missing or not a valid time. */
  triggeredAt: string | null;
  /** Milliseconds since 1970, by ingest's clock. */
  receivedAt: number;
  /** Why ingest could not read it; it is then parked unchanged. Null if it is readable. */
  unreadable: string | null;
  body: Uint8Array;
  /** The body, compressed in the mailbox; stored without compressing it again. */
  payload?: Buffer;
  /** Personal data was removed from the body, or the whole body was removed. */
  isRedacted?: true;
}

/** Amounts are text as decimal.ts writes it, in the shop's currency. */
export interface Line extends Memory {
  id: string;
  productId: string | null;
  variantId: string | null;
  sku: string | null;
  title: string | null;
  vendor: string | null;
  quantity: number;
  /** Without removed or refunded units. */
  currentQuantity: number | null;
  /** Units left to ship at the time of the body. */
  fulfillableQuantity: number | null;
  /** Of one unit, before discounts. */
  price: string | null;
  /** The line's share of all discounts. */
  totalDiscount: string | null;
  totalTax: string | null;
  requiresShipping: boolean;
  /** Sold gift cards are a liability, not sales. */
  giftCard: boolean;
}

export interface Cancellation {
  /** Milliseconds since 1970. */
  at: number;
  reason: string | null;
}

/** What a whole-order body may say about the order itself. Times are ISO 8601 in UTC, ids are digits. */
export interface Facts extends ShopMoney, BuyerMoney {
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  orderNumber: number | null;
  test: boolean | null;
  /** Whether prices include tax. */
  taxesIncluded: boolean | null;
  tags: readonly string[];
  discountCodes: readonly string[];
  gatewayNames: readonly string[];
  sourceName: string | null;
  poNumber: string | null;
  customerId: string | null;
  /** ISO 3166 codes of where it is shipped to. */
  shippingCountry: string | null;
  shippingRegion: string | null;
  createdAt: string | null;
  processedAt: string | null;
  updatedAt: string | null;
  closedAt: string | null;
}

/** Amounts in the shop's currency. */
interface ShopMoney {
  currency: string | null;
  subtotalPrice: string | null;
  totalDiscounts: string | null;
  totalTax: string | null;
  totalShipping: string | null;
  totalDuties: string | null;
  totalTips: string | null;
  totalPrice: string | null;
  /** After edits, returns and refunds. */
  currentTotalPrice: string | null;
  totalOutstanding: string | null;
}

/** The same in the buyer's currency. */
interface BuyerMoney {
  presentmentCurrency: string | null;
  presentmentSubtotalPrice: string | null;
  presentmentTotalDiscounts: string | null;
  presentmentTotalTax: string | null;
  presentmentTotalShipping: string | null;
  presentmentTotalDuties: string | null;
  presentmentTotalPrice: string | null;
  /** The `totalPrice` that `presentmentTotalPrice` corresponds to: a body may have only one of them. */
  presentmentTotalOf: string | null;
  presentmentCurrentTotalPrice: string | null;
}

/** The fields that a body may have; undefined if it does not have the field. */
type SentFields<Fields> = { [Field in keyof Fields]?: Fields[Field] | undefined };

/** The content of one whole-order body. Undefined fields change nothing. */
export interface Snapshot {
  facts: SentFields<Facts & { name: string | null; lines: SentFields<Line>[] }>;
  cancelled: Cancellation | null;
  /** Shopify's id of the customer. The rules read no other personal data. */
  customer: string | null;
  /** What is stored of the body itself; null: nothing. */
  body: SentBody | null;
}

/** A body that has been read: what it contributes to its order, and its position. */
export interface OrderEvent {
  id: EventId;
  topic: EventTopic;
  /** Milliseconds since 1970, from the body if it has a time. */
  occurredAt: number;
  position: Position;
  snapshot: Snapshot | null;
  parts: PartEvent[];
  deletes: boolean;
  /** Of an event from another system, which has nothing else. */
  external?: ExternalFact;
  /** Why it seems to belong to another shop. Ignored if a whole order is already known: a shop can change its name. */
  ofOtherShop?: string;
  /** Unreadable values that affect no decision. */
  notes: string[];
}
