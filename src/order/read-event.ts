import { askedParts } from './asked-parts.ts';
import { orderBody, timesBody } from './body-schemas.ts';
import { contradiction, contradictsShop, deniesCancellation } from './contradiction.ts';
import type { OrderEvent, WaitingEvent } from './event.ts';
import { isExternalType, type ExternalType } from './external-types.ts';
import { readExternal } from './external.ts';
import { orderKey, partsOf, type OrderKey } from './identity.ts';
import { microsOf, millisOf } from './instants.ts';
import { readJson } from './lossless-json.ts';
import { unnamedLists } from './named-items.ts';
import { readPart } from './part.ts';
import { positionOf } from './position.ts';
import { readBody, wordOf } from './read-body.ts';
import { readOrder } from './read-order.ts';
import type { PastOnly } from './read-parts.ts';
import { orderNamedIn } from './routing.ts';
import { isTopic, topicRow, type Topic } from './topics.ts';
import { keepNothing, type KeepBody } from './whole-body.ts';

/** An event that has been read, or the reason why it cannot be. `belongsTo`: it is about another order. */
type Reading = { ok: true; event: OrderEvent } | { ok: false; because: string; belongsTo?: OrderKey };

/** Reads a waiting event's body. Never throws, whatever a signed body contains. */
export function readEvent(waiting: WaitingEvent, keepBody: KeepBody = keepNothing): Reading {
  if (waiting.unreadable !== null) return { ok: false, because: waiting.unreadable };
  if (isExternalType(waiting.topic)) return readFromOutside(waiting, waiting.topic);
  if (!isTopic(waiting.topic)) return { ok: false, because: `the topic ${waiting.topic} is not handled` };
  const json = readJson(waiting.body);
  if (!json.ok) return { ok: false, because: json.because };
  const misplaced = misplacedAs(waiting, waiting.topic, json.value);
  if (misplaced) return { ok: false, ...misplaced };
  const ofOtherShop = contradictsShop(json.value, partsOf(waiting.order).shop);
  const when = whenOf(json.value, waiting);
  const reading = when.ok ? readAs(waiting, waiting.topic, json.value, when, keepBody) : when;
  if (!reading.ok) return { ok: false, because: `${waiting.topic}: ${reading.because}` };
  return ofOtherShop === null ? reading : { ok: true, event: { ...reading.event, ofOtherShop } };
}

/**
 * Why a body does not match its topic or its order. Ingest reads only the first bytes of a body; the order that the
 * whole body names counts.
 */
function misplacedAs(
  { order }: WaitingEvent,
  topic: Topic,
  body: unknown,
): { because: string; belongsTo?: OrderKey } | null {
  const because = contradiction(topic, body);
  if (because !== null) return { because };
  const { shop, orderId } = partsOf(order);
  const named = orderNamedIn(topic, body);
  if (named === null || named === orderId) return null;
  const belongsTo = orderKey(shop, named);
  return { because: `it belongs to ${belongsTo}`, belongsTo };
}

function readFromOutside(waiting: WaitingEvent, topic: ExternalType): Reading {
  const external = readExternal(waiting);
  if (!external) return { ok: false, because: `${topic}: the body is not one that the intake made` };
  const { occurredAt, position } = external;
  const nothing = { snapshot: null, parts: [], deletes: false, notes: [] };
  return { ok: true, event: { id: waiting.id, topic, occurredAt, position, external, ...nothing } };
}

function readAs(waiting: WaitingEvent, topic: Topic, body: unknown, when: When, keepBody: KeepBody): Reading {
  const { brings, rank, source } = topicRow(topic);
  const { occurredAt, triggered, past, notes } = when;
  const position = positionOf(occurredAt, triggered, rank, waiting.id);
  const event: OrderEvent = {
    id: waiting.id,
    topic,
    occurredAt,
    position,
    snapshot: null,
    parts: [],
    deletes: brings === 'delete',
    notes,
  };
  if (brings === 'delete') return { ok: true, event };
  if (brings === 'snapshot') {
    const cancels = topic === 'orders/cancelled' && !deniesCancellation(body);
    const isReconciled = source === 'reconcile';
    const stored = waiting.isRedacted ? null : keepBody(waiting, body, isReconciled);
    const reading = readBody(orderBody, body);
    if (!reading.ok) return reading;
    const read = readOrder(event, reading.body, cancels, past, stored);
    const unnamed = unnamedLists(reading.json, reading.body, ['line_items', 'fulfillments', 'refunds']);
    const whole = { ...event, ...read, notes: [...notes, ...reading.notes, ...unnamed] };
    return isReconciled ? withAsked(whole, body, { triggered, rank, past }) : { ok: true, event: whole };
  }
  const removed = topic === 'fulfillment_events/delete' ? ({ removed: true } as const) : {};
  const reading = readPart(brings, body, past, { ...removed, position });
  if (!reading.ok) return reading;
  return {
    ok: true,
    event: { ...event, parts: [reading.body], notes: [...notes, ...reading.notes] },
  };
}

function withAsked(event: OrderEvent, body: unknown, question: Parameters<typeof askedParts>[2]): Reading {
  const asked = askedParts(event, body, question);
  if (!asked.ok) return asked;
  const { parts, notes } = event;
  return {
    ok: true,
    event: { ...event, parts: [...parts, ...asked.body], notes: [...notes, ...asked.notes] },
  };
}

/** How far a time in a header, which is not signed, may be ahead of our clock. */
const HEADER_AHEAD_MS = 5 * 60_000;
/** How far a time in a body, which is signed, may be ahead: it may be in another time zone, or in a sample. */
const BODY_AHEAD_MS = 48 * 3_600_000;
const TRIGGERED_AT = 'triggered-at';

interface When {
  ok: true;
  /** Milliseconds since 1970. */
  occurredAt: number;
  /** Microseconds since 1970; 0 if it is missing. */
  triggered: number;
  past: PastOnly;
  notes: string[];
}

/** A missing time is not in the future. */
function isPastAt(receivedAt: number, ms: number | null, name?: string): boolean {
  return ms === null || ms <= receivedAt + (name === TRIGGERED_AT ? HEADER_AHEAD_MS : BODY_AHEAD_MS);
}

function timesIn(candidates: Readonly<Record<string, unknown>>): { name: string; ms: number }[] {
  return Object.entries(candidates).flatMap(([name, time]) => {
    const ms = millisOf(time);
    return ms === null ? [] : [{ name, ms }];
  });
}

/**
 * When it happened: the body's updated_at, which is signed; else triggered-at, which also distinguishes the states of
 * a transaction; else the body's time of processing or creation; else the arrival.
 * A time in the future is treated as missing. Otherwise its event would stay newer than all that follow.
 */
function whenOf(body: unknown, waiting: WaitingEvent): When | { ok: false; because: string } {
  const { receivedAt, triggeredAt } = waiting;
  const isPast = (ms: number | null, name?: string) => isPastAt(receivedAt, ms, name);
  const past: PastOnly = (time) => (isPast(millisOf(time)) ? time : undefined);
  const times = timesBody.safeParse(body).data ?? {};
  const updatedAt = times.updated_at ?? null;
  if (updatedAt !== null && millisOf(updatedAt) === null)
    return { ok: false, because: `updated_at: expected a time, found ${wordOf(updatedAt)}` };
  const candidates = {
    updated_at: updatedAt,
    [TRIGGERED_AT]: triggeredAt,
    'order_edit.committed_at': times.order_edit?.committed_at,
    'order_edit.created_at': times.order_edit?.created_at,
    processed_at: times.processed_at,
    created_at: times.created_at,
  };
  const known = timesIn(candidates);
  const notes = known
    .filter(({ name, ms }) => !isPast(ms, name))
    .map(({ name }) => `${name} is in the future and was ignored`);
  const [found] = known.filter(({ name, ms }) => isPast(ms, name)).map(({ ms }) => ms);
  const triggeredMicros = microsOf(triggeredAt) ?? 0;
  const triggered = isPast(triggeredMicros / 1000, TRIGGERED_AT) ? triggeredMicros : 0;
  return { ok: true, occurredAt: found ?? receivedAt, triggered, past, notes };
}
