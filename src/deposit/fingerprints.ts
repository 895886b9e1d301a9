import { createHash } from 'node:crypto';
import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type EventId, type ShopDomain } from '../order/identity.ts';
import { microsOf } from '../order/instants.ts';
import { routeOf } from '../order/routing.ts';
import { isTimeless, isTopic } from '../order/topics.ts';

/** What a delivery is recognised by (design 2.2). */
export interface Fingerprints {
  /** Survives a forged or missing webhook id. */
  event: EventId;
  /** Of shop, topic and webhook id; null where there is no webhook id. It names the event that it brought. */
  delivery: string | null;
  /** Null where an equal body is always the same event. */
  repeat: Repeat | null;
}

/**
 * An equal body that was triggered at another time can be another event: an order that was changed and changed
 * back within one second, or a body that tells no time.
 */
export interface Repeat {
  /** The hash of the body alone: its repeats are counted under it. */
  body: EventId;
  /** The hash with triggered-at. */
  id: EventId;
  /**
   * Triggered-at, as a claim holds it: microseconds modulo 2^31, 5 bytes. Those within 35 minutes differ where
   * the times do; repeats of one body are within 4 s.
   */
  triggered: number;
}

export type ChangedAt = number | 'never';

interface Told {
  shop: ShopDomain;
  topic: string;
  webhookId: string | null;
  triggeredAt: string | null;
  body: Uint8Array;
  /**
   * When its body says that it was changed, microseconds since 1970; `never`: bodies of its topic tell no time.
   * Without it an equal body is always the same event.
   */
  changedAt?: ChangedAt | undefined;
}

/** Shopify's clocks of body and header differ little; `updated_at` is a second, and a webhook leaves within three. */
const WINDOW_MICROS = { before: 1_000_000, after: 3_000_000 };
const NOTHING = new Uint8Array();
/** 64 bits. A collision would count a webhook id as used twice, and drop nothing. */
const DELIVERY_DIGITS = 16;

export type FingerprintsOf = typeof fingerprintsOf;

/**
 * The event is the hash of shop, topic and body; where bodies of its topic tell no time, triggered-at is in it
 * too. The parts are separated by NUL, which no shop, topic or header holds: no two tellings run together.
 */
export function fingerprintsOf({ shop, topic, webhookId, triggeredAt, body, changedAt }: Told): Fingerprints {
  const hashWith = (time: string) => sha256(`${shop}\0${topic}\0${time}\0`, body);
  const delivery =
    webhookId === null ? null : sha256(`${shop}\0${topic}\0${webhookId}`).slice(0, DELIVERY_DIGITS);
  const plain = hashWith('');
  const triggered = microsOf(triggeredAt);
  if (triggeredAt === null || triggered === null || !mayRepeat(triggered, changedAt))
    return { event: plain, delivery, repeat: null };
  const timeless = changedAt === 'never';
  // The body of an order is not hashed twice for a repeat that hardly ever comes.
  const id = timeless ? hashWith(triggeredAt) : sha256(`${plain}\0${triggeredAt}`);
  const repeat = { body: plain, id, triggered: triggered % 2 ** 31 };
  return { event: timeless ? id : plain, delivery, repeat };
}

/** Of an event that waits: what ingest found when it came. */
export function repeatOf({ order, topic, webhookId, triggeredAt, body }: WaitingEvent): Repeat | null {
  if (triggeredAt === null) return null;
  const { shop } = partsOf(order);
  return fingerprintsOf({ shop, topic, webhookId, triggeredAt, body, changedAt: changedAtOf(topic, body) })
    .repeat;
}

export function changedAtOf(topic: string, body: Uint8Array): ChangedAt | undefined {
  if (isTimeless(topic)) return 'never';
  const route = isTopic(topic) ? routeOf(topic, body) : null;
  return route?.to === 'order' ? route.changedAt : undefined;
}

function mayRepeat(triggered: number, changedAt: ChangedAt | undefined): boolean {
  if (changedAt === 'never') return true;
  if (changedAt === undefined) return false;
  return triggered >= changedAt - WINDOW_MICROS.before && triggered < changedAt + WINDOW_MICROS.after;
}

function sha256(text: string, body: Uint8Array = NOTHING): EventId {
  return createHash('sha256').update(text).update(body).digest('hex') as EventId;
}
