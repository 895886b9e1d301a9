import type { WaitingEvent } from '../order/event.ts';
import { asEventId, type EventId, type OrderKey } from '../order/identity.ts';
import { compress, decompress } from '../system/payload.ts';

/**
 * A waiting event as Redis holds it:
 *   64 hex digits: event id | 13 digits: received at, ms | JSON without line break | \n | payload
 * The fixed front lets the scripts compare and date an entry without parsing it; the payload is the
 * body as it came, compressed: Redis holds it in a third of the memory, and writes a third of the AOF.
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

/**
 * @returns the event; where only its front is ours, one that will be parked with its bytes (P7)
 * @throws where not even the front is: somebody else wrote into a mailbox
 */
export function decodeEntry(order: OrderKey, entry: Buffer): WaitingEvent {
  const end = entry.indexOf(0x0a, FRONT_LENGTH);
  const front = entry.toString('latin1', 0, FRONT_LENGTH);
  const id = asEventId(front.slice(0, ID_LENGTH));
  if (!id) throw new Error(`the mailbox of ${order} holds what Lockstep did not put there`);
  const receivedAt = Number(front.slice(ID_LENGTH)) || 0;
  const payload = entry.subarray(end + 1);
  try {
    const middle = JSON.parse(entry.toString('utf8', FRONT_LENGTH, end)) as Middle;
    return { id, order, receivedAt, ...middle, body: decompress(payload), payload };
  } catch {
    return { id, order, receivedAt, ...DAMAGED, body: bodyOrBytes(payload) };
  }
}

const DAMAGED: Middle = {
  topic: 'unknown',
  webhookId: null,
  triggeredAt: null,
  unreadable: 'its entry in the mailbox was damaged',
};

/** What can still be had of a damaged entry. */
function bodyOrBytes(payload: Buffer): Buffer {
  try {
    return decompress(payload);
  } catch {
    return payload;
  }
}

/** What stands before a body: an event that waits, without it. */
export interface Front extends Middle {
  id: EventId;
  /** Milliseconds since 1970, ingest's clock. */
  receivedAt: number;
}

/** @returns null where it is not ours: somebody else wrote into a mailbox */
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
