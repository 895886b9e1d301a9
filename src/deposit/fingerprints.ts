import { createHash } from 'node:crypto';
import type { WaitingEvent } from '../order/event.ts';
import { partsOf, trustedEventId, type EventId, type ShopDomain } from '../order/identity.ts';
import { microsOf } from '../order/instants.ts';
import { at, readJsonRounded } from '../order/lossless-json.ts';
import { isTimeless } from '../order/topics.ts';

/** What identifies a delivery and its event. */
export interface Fingerprints {
  /** Does not depend on the webhook id, which may be forged or missing. */
  event: EventId;
  /** The hash of shop, topic and webhook id; null without one. Redis keeps the event's id under it. */
  delivery: string | null;
  /** Null if an identical body is always the same event. */
  repeat: Repeat | null;
}

/**
 * An identical body with another triggered-at can be another event: the order was changed and changed back within
 * one second, or the body contains no time.
 */
export interface Repeat {
  /** The hash without triggered-at; the repeats of a body are counted under it. */
  body: EventId;
  /**
   * Triggered-at as a claim stores it: microseconds modulo 2^31, in 5 bytes. Different times within 35
   * minutes have different values; the repeats of one body are within 4 s.
   */
  triggered: number;
  /**
   * The hash with triggered-at; null if the time in the body says that it is the same event. Reads the body, so it is
   * called only if an identical body has arrived before.
   */
  id: () => EventId | null;
  /** Whether the event has this hash at its first arrival, too, because its body contains no time. */
  isTimeless: boolean;
}

interface DeliveryFacts {
  shop: ShopDomain;
  topic: string;
  webhookId: string | null;
  triggeredAt: string | null;
  body: Uint8Array;
  /** Whether bodies of its topic contain no time. */
  timeless?: boolean;
}

/** `updated_at` is in whole seconds, Shopify's clocks differ little, and a webhook leaves within 3 s. */
const WINDOW_MICROS = { before: 1_000_000, after: 3_000_000 };
const NOTHING = new Uint8Array();
/** 64 bits. After a collision a webhook id counts as used twice; no event is lost. */
const DELIVERY_DIGITS = 16;

export type FingerprintsOf = typeof fingerprintsOf;

/**
 * The event id is the hash of shop, topic and body, and of triggered-at if bodies of its topic contain no
 * time. NUL separates the parts. No shop, topic or header contains NUL, so the hashed text is unambiguous.
 */
export function fingerprintsOf(facts: DeliveryFacts): Fingerprints {
  const { shop, topic, webhookId, triggeredAt, body, timeless = isTimeless(topic) } = facts;
  const hashWith = (time: string) => sha256(`${shop}\0${topic}\0${time}\0`, body);
  const delivery =
    webhookId === null ? null : sha256(`${shop}\0${topic}\0${webhookId}`).slice(0, DELIVERY_DIGITS);
  const plain = hashWith('');
  const micros = microsOf(triggeredAt);
  if (triggeredAt === null || micros === null) return { event: plain, delivery, repeat: null };
  const common = { body: plain, triggered: micros % 2 ** 31, isTimeless: timeless };
  if (timeless) {
    const id = hashWith(triggeredAt);
    return { event: id, delivery, repeat: { ...common, id: () => id } };
  }
  // Repeats are very rare, so the body of an order is not hashed a second time for them.
  const id = () => (isAboutThen(body, micros) ? sha256(`${plain}\0${triggeredAt}`) : null);
  return { event: plain, delivery, repeat: { ...common, id } };
}

/** The repeat of a waiting event, as ingest found it when the event arrived. */
export function repeatOf({ order, topic, webhookId, triggeredAt, body }: WaitingEvent): Repeat | null {
  if (triggeredAt === null) return null;
  const { shop } = partsOf(order);
  return fingerprintsOf({ shop, topic, webhookId, triggeredAt, body }).repeat;
}

/** Whether a body's time of change is about the time at which it was triggered. */
function isAboutThen(body: Uint8Array, triggered: number): boolean {
  const json = readJsonRounded(body);
  const changedAt = json.ok ? microsOf(at(json.value, ['updated_at'])) : null;
  if (changedAt === null) return false;
  return triggered >= changedAt - WINDOW_MICROS.before && triggered < changedAt + WINDOW_MICROS.after;
}

function sha256(text: string, body: Uint8Array = NOTHING): EventId {
  return trustedEventId(createHash('sha256').update(text).update(body).digest('hex'));
}
