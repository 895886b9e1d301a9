import type { EventId, OrderKey } from './identity.ts';
import type { Memory } from './known.ts';
import type { PartEvent } from './part.ts';
import type { Position } from './position.ts';
import type { Topic } from './topics.ts';

/** An event as it waits in a mailbox: what was received, and for which order. Its body has not been read yet. */
export interface WaitingEvent {
  id: EventId;
  order: OrderKey;
  /** As in the header; a {@link Topic} unless `unreadable` is set. */
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
}

export interface Line extends Memory {
  id: string;
  sku: string | null;
  title: string | null;
  quantity: number;
  /** Without removed or refunded units. */
  currentQuantity: number | null;
  /** Units left to ship at the time of the body. */
  fulfillableQuantity: number | null;
  price: string | null;
  requiresShipping: boolean;
}

export interface Money {
  amount: string | null;
  currency: string | null;
}

export interface Cancellation {
  /** Milliseconds since 1970. */
  at: number;
  reason: string | null;
}

/** What a whole-order body may say about the order itself. */
export interface Facts {
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  currency: string | null;
  /** In the shop's currency. */
  totalPrice: string | null;
  /** The same total in the buyer's currency; null if unknown. `of`: the `totalPrice` that it corresponds to. */
  presentmentTotal: (Money & { of?: string | null }) | null;
  createdAt: string | null;
  closedAt: string | null;
}

/** The fields that a body may have; undefined if it does not have the field. */
type SentFields<Fields> = { [Field in keyof Fields]?: Fields[Field] | undefined };

/** The content of one whole-order body. Undefined fields change nothing. */
export interface Snapshot {
  facts: SentFields<Facts & { name: string | null; lines: SentFields<Line>[] }>;
  cancelled: Cancellation | null;
  /** Shopify's id of the customer. No other personal data is read. */
  customer: string | null;
}

/** A body that has been read: what it contributes to its order, and its position. */
export interface OrderEvent {
  id: EventId;
  topic: Topic;
  /** Milliseconds since 1970, from the body if it has a time. */
  occurredAt: number;
  position: Position;
  snapshot: Snapshot | null;
  parts: PartEvent[];
  deletes: boolean;
  /** Why it seems to belong to another shop. Ignored if a whole order is already known: a shop can change its name. */
  ofOtherShop?: string;
  /** Unreadable values that affect no decision. */
  notes: string[];
}
