import type { EventId, OrderKey } from './identity.ts';
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

/** A part of an order with an id of its own. Newest `position` wins. */
export interface Part {
  id: string;
  position: Position;
  [field: string]: unknown;
}

export interface Line {
  id: string;
  sku: string | null;
  title: string | null;
  quantity: number;
  currentQuantity: number;
  price: string | null;
  requiresShipping: boolean;
}

export interface Cancellation {
  /** Milliseconds since 1970. */
  at: number;
  reason: string | null;
}

/** What one whole-order body says. The newest wins as a whole. */
export interface Snapshot {
  name: string | null;
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  currency: string | null;
  totalPrice: string | null;
  createdAt: string | null;
  closedAt: string | null;
  cancelled: Cancellation | null;
  lines: Line[];
  /** Whose order it is, by Shopify's id; nothing else of a person is read. */
  customer: string | null;
}

/** A body that has been read: what it brings to its order, and its turn. */
export interface OrderEvent {
  id: EventId;
  topic: Topic;
  /** Milliseconds since 1970, by the body where it says so. */
  occurredAt: number;
  position: Position;
  snapshot: Snapshot | null;
  parts: { kind: PartKind; part: Part }[];
  deletes: boolean;
  /** Why it is not believed to be of this shop, unless a whole order is known already: a shop may change its name. */
  ofOtherShop?: string;
}
