import type { WaitingEvent } from '../order/event.ts';
import { asEventId, type EventId, type OrderKey } from '../order/identity.ts';
import { compress, decompress, isNewer } from '../system/payload.ts';

/**
 * A waiting event as Redis holds it:
 *   64 hex digits: event id | 13 digits: received at, ms | JSON without line break | \n | payload
 * The fixed front lets the scripts compare and date an entry without parsing it. The payload is the original
 * body, compressed, which takes a third of the memory and of the AOF.
 */
const ID_LENGTH = 64;
const FRONT_LENGTH = ID_LENGTH + 13;

type Middle = Pick<WaitingEvent, 'topic' | 'webhookId' | 'triggeredAt' | 'unreadable'>;

export function encodeEntry(event: WaitingEvent): Buffer {
  const { topic, webhookId, triggeredAt, unreadable } = event;
  const middle: Middle = { topic, webhookId, triggeredAt, unreadable };
  const front = `${event.id}${String(event.receivedAt).padStart(13, '0')}${JSON.stringify(middle)}\n`;
  return Buffer.concat([Buffer.from(front), event.payload ?? compress(event.body)]);
}

/** `newer`: a newer version of Lockstep wrote the payload, so the body is not decoded. */
type DecodedEvent = WaitingEvent & { newer?: true };

/**
 * @returns the event; if it is damaged after its front, it will be parked with its bytes (P7)
 * @throws if not even the front is valid: another program wrote into the mailbox
 */
export function decodeEntry(order: OrderKey, entry: Buffer): DecodedEvent {
  const end = entry.indexOf(0x0a, FRONT_LENGTH);
  const front = decodeFront(entry.toString('utf8', 0, end === -1 ? undefined : end));
  if (!front) throw new Error(`the mailbox of ${order} contains data that Lockstep did not write`);
  const payload = entry.subarray(end + 1);
  const event = { ...front, order };
  if (isNewer(payload)) return { ...event, body: payload, payload, newer: true };
  try {
    const body = decompress(payload);
    return event.unreadable === DAMAGED.unreadable ? { ...event, body } : { ...event, body, payload };
  } catch {
    return { ...event, unreadable: DAMAGED.unreadable, body: payload };
  }
}

const DAMAGED: Middle = {
  topic: 'unknown',
  webhookId: null,
  triggeredAt: null,
  unreadable: 'its entry in the mailbox was damaged',
};

/** A waiting event without its body. */
export interface Front extends Middle {
  id: EventId;
  /** Milliseconds since 1970, by ingest's clock. */
  receivedAt: number;
}

/** @returns null if the front is not valid: another program wrote into the mailbox */
export function decodeFront(front: string): Front | null {
  const id = asEventId(front.slice(0, ID_LENGTH));
  if (!id) return null;
  const receivedAt = Number(front.slice(ID_LENGTH, FRONT_LENGTH)) || 0;
  try {
    return { id, receivedAt, ...(JSON.parse(front.slice(FRONT_LENGTH)) as Middle) };
  } catch {
    return { id, receivedAt, ...DAMAGED };
  }
}
