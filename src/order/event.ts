import type { EventId, OrderKey } from './identity.ts';
import type { Known, Told } from './known.ts';
import type { Position } from './position.ts';
import type { PartKind, Topic } from './topics.ts';

/** An event as it waits in a mailbox: what came in, and which order it is for. Nothing of the body is read yet. */
export interface WaitingEvent {
  id: EventId;
  order: OrderKey;
  /** As the header said; a {@link Topic} unless `unreadable` says otherwise. */
  topic: string;
  webhookId: string | null;
  /** As Shopify sent it, microseconds and all; null where it was missing or no time. */
  triggeredAt: string | null;
  /** Milliseconds since 1970, ingest's clock. */
  receivedAt: number;
  /** Why ingest could not read it: it is parked as it is. */
  unreadable: string | null;
  body: Uint8Array;
  /** The body as it waited, compressed: kept as it is, not compressed again. */
  payload?: Buffer;
}

/** A part of an order with an id of its own. Its fields: shapes.ts. */
export interface Part extends Known {
  id: string;
  /** Of the newest body that told of it. */
  position: Position;
}

export interface Line extends Known {
  id: string;
  sku: string | null;
  title: string | null;
  quantity: number;
  /** Without what was removed or refunded. */
  currentQuantity: number | null;
  /** What was left to be shipped when it was told. */
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

/** What a whole-order body may tell of the order itself. */
export interface Facts {
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  currency: string | null;
  /** In the shop's currency. */
  totalPrice: string | null;
  /** The same total in the currency that the buyer pays in; null where it is not known. */
  presentmentTotal: (Money & { of?: string | null }) | null;
  createdAt: string | null;
  closedAt: string | null;
}

/** What one whole-order body says. What it leaves out is not in `told`, and changes nothing. */
export interface Snapshot {
  told: Partial<Facts & { name: string | null; lines: Told[] }>;
  cancelled: Cancellation | null;
  /** Whose order it is, by Shopify's id; nothing else of a person is read. */
  customer: string | null;
}

/** What a body tells of one part: by the names of shapes.ts, undefined where it tells nothing. */
export interface PartFields extends Told {
  id: string;
}

export interface PartTold extends PartFields {
  position: Position;
}

/** A body that has been read: what it brings to its order, and its turn. */
export interface OrderEvent {
  id: EventId;
  topic: Topic;
  /** Milliseconds since 1970, by the body where it says so. */
  occurredAt: number;
  position: Position;
  snapshot: Snapshot | null;
  parts: { kind: PartKind; part: PartTold }[];
  deletes: boolean;
  /** Why it is not believed to be of this shop, unless a whole order is known already: a shop may change its name. */
  ofOtherShop?: string;
  /** What of the body could not be read, and does not decide anything. */
  notes: string[];
}
