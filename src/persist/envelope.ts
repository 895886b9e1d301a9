import type { WaitingEvent } from '../order/event.ts';
import { partsOf, trustedEventId, trustedOrderKey } from '../order/identity.ts';
import { compress } from '../system/payload.ts';
import type { FieldsOf } from './fields-of.ts';

/** A received event, as the journal, the parked events and the spool store it. `_id` is the event id. */
export interface Envelope {
  _id: string;
  shop: string;
  /** Its order's key; `<shop>/-` for an event without a readable order id. */
  order: string;
  topic: string;
  webhookId: string | null;
  /** As Shopify sent it, with microseconds, which a Date would lose. */
  triggeredAt: string | null;
  receivedAt: Date;
  /** The raw body, compressed. Never a subdocument, because its keys may contain `$` and `.`. */
  payload: Buffer;
}

/** The same as schema fields. */
export const ENVELOPE = {
  _id: { type: String, required: true },
  shop: { type: String, required: true },
  order: { type: String, required: true },
  topic: { type: String, required: true },
  webhookId: String,
  triggeredAt: String,
  receivedAt: { type: Date, required: true },
  payload: Buffer,
} as const satisfies FieldsOf<Envelope>;

export function envelopeOf(waiting: WaitingEvent): Envelope {
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

/** A stored event as it waited. */
export function waitingOf(stored: Omit<Envelope, 'payload'>): Omit<WaitingEvent, 'unreadable' | 'body'> {
  return {
    id: trustedEventId(stored._id),
    order: trustedOrderKey(stored.order),
    topic: stored.topic,
    webhookId: stored.webhookId,
    triggeredAt: stored.triggeredAt,
    receivedAt: stored.receivedAt.getTime(),
  };
}
