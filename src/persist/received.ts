import type { WaitingEvent } from '../order/event.ts';
import { partsOf } from '../order/identity.ts';
import { compress } from '../system/payload.ts';

/** What came in, as the journal, the parked events and the spool keep it. `_id` is the event id. */
export interface Received {
  _id: string;
  shop: string;
  /** Its order's key; `<shop>/-` for an event that names no order. */
  order: string;
  topic: string;
  webhookId: string | null;
  /** As Shopify sent it: microseconds, which a Date would lose. */
  triggeredAt: string | null;
  receivedAt: Date;
  /** The raw body, compressed; never a sub-document, its keys may hold `$` and `.`. */
  payload: Buffer;
}

/** The same for a schema. */
export const RECEIVED = {
  _id: { type: String, required: true },
  shop: { type: String, required: true },
  order: { type: String, required: true },
  topic: { type: String, required: true },
  webhookId: String,
  triggeredAt: String,
  receivedAt: { type: Date, required: true },
  payload: Buffer,
} as const;

export function receivedOf(waiting: WaitingEvent): Received {
  return {
    _id: waiting.id,
    shop: partsOf(waiting.order).shop,
    order: waiting.order,
    topic: waiting.topic,
    webhookId: waiting.webhookId,
    triggeredAt: waiting.triggeredAt,
    receivedAt: new Date(waiting.receivedAt),
    payload: waiting.payload ?? compress(waiting.body),
  };
}
