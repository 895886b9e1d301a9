import { z } from 'zod';
import { askedListsBody, orderBody, timesBody, type OrderBody } from './body-schemas.ts';
import { contradiction, deniesCancellation } from './contradiction.ts';
import type { Cancellation, Line, OrderEvent, Snapshot, WaitingEvent } from './event.ts';
import { microsOf, millisOf } from './instants.ts';
import { readJson } from './lossless-json.ts';
import { positionOf } from './position.ts';
import { fulfillment, PART_READERS, refund, type PartFields } from './read-parts.ts';
import { isTopic, topicRow, type Topic } from './topics.ts';

/** An event that has been read, or the sentence that says why it cannot be. */
type Reading = { ok: true; event: OrderEvent } | { ok: false; because: string };

/** Reads a waiting event's body. Whatever a signed body holds, this answers and does not throw. */
export function readEvent(waiting: WaitingEvent): Reading {
  if (waiting.unreadable !== null) return { ok: false, because: waiting.unreadable };
  if (!isTopic(waiting.topic)) return { ok: false, because: `the topic ${waiting.topic} is not handled` };
  const json = readJson(waiting.body);
  if (!json.ok) return { ok: false, because: json.because };
  const because = contradiction(waiting.topic, json.value);
  if (because !== null) return { ok: false, because };
  const occurredAt = occurredAtOf(json.value, waiting);
  if (occurredAt === null) return { ok: false, because: `${waiting.topic}: updated_at is no time` };
  try {
    return { ok: true, event: eventOf(waiting, waiting.topic, json.value, occurredAt) };
  } catch (error) {
    if (error instanceof z.ZodError)
      return { ok: false, because: `${waiting.topic}: ${firstIssueOf(error)}` };
    throw error;
  }
}

function eventOf(waiting: WaitingEvent, topic: Topic, body: unknown, occurredAt: number): OrderEvent {
  const { brings, rank, source } = topicRow(topic);
  const triggered = microsOf(waiting.triggeredAt) ?? 0;
  const position = positionOf(occurredAt, triggered, rank, waiting.id);
  const event = { id: waiting.id, topic, occurredAt, position, snapshot: null, parts: [], deletes: false };
  if (brings === 'delete') return { ...event, deletes: true };
  if (brings === 'snapshot') {
    const cancels = topic === 'orders/cancelled' && !deniesCancellation(body);
    const read = snapshotOf(event, orderBody.parse(body), cancels);
    const asked = source === 'reconcile' ? askedParts(event, body, triggered, rank) : [];
    return { ...event, snapshot: read.snapshot, parts: [...read.parts, ...asked] };
  }
  const fields: PartFields = PART_READERS[brings](body);
  const removed = topic === 'fulfillment_events/delete' ? { removed: true } : {};
  return { ...event, parts: [{ kind: brings, part: { ...fields, ...removed, position } }] };
}

/**
 * When it happened: the body's updated_at, which is signed; else triggered-at, which also tells a
 * transaction's second state from its first; else what the body says of its making; else arrival.
 */
function occurredAtOf(body: unknown, waiting: WaitingEvent): number | null {
  const times = timesBody.safeParse(body).data ?? {};
  if (times.updated_at !== undefined && times.updated_at !== null) return millisOf(times.updated_at);
  const rest = [
    waiting.triggeredAt,
    times.order_edit?.committed_at,
    times.order_edit?.created_at,
    times.processed_at,
    times.created_at,
  ];
  return rest.map(millisOf).find((time) => time !== null) ?? waiting.receivedAt;
}

/** A whole order, and the fulfillments and refunds that came inside it. */
function snapshotOf(
  { occurredAt, position }: OrderEvent,
  body: OrderBody,
  cancels: boolean,
): Pick<OrderEvent, 'snapshot' | 'parts'> {
  // A fulfillment has an updated_at of its own, a refund is as new as the order around it. In the same
  // second the newer snapshot tells it, and an event of the fulfillment's own before any snapshot.
  const madeAt = (each: OrderBody['fulfillments'][number]) =>
    positionOf(millisOf(each.updated_at ?? each.created_at) ?? 0, 0, 0, position);
  return {
    snapshot: { ...snapshotFieldsOf(body), cancelled: cancellationOf(body, cancels, occurredAt) },
    parts: [
      ...body.fulfillments.map((each) => ({
        kind: 'fulfillments' as const,
        part: { ...fulfillment(each), position: madeAt(each) },
      })),
      ...body.refunds.map((each) => ({ kind: 'refunds' as const, part: { ...refund(each), position } })),
    ],
  };
}

/**
 * What the Admin API was asked for beside the order itself. A transaction is as new as the order. Returns and
 * disputes change without their order, so they are as new as the question, where the event tells when that was.
 */
function askedParts(
  { occurredAt, position, id }: OrderEvent,
  body: unknown,
  triggered: number,
  rank: number,
): OrderEvent['parts'] {
  const lists = askedListsBody.parse(body);
  const askedAt = positionOf(Math.max(occurredAt, Math.floor(triggered / 1000)), triggered, rank, id);
  const positions = { transactions: position, returns: askedAt, disputes: askedAt } as const;
  return (['transactions', 'returns', 'disputes'] as const).flatMap((kind) =>
    lists[kind].map((each) => ({
      kind,
      part: { ...(PART_READERS[kind](each) as PartFields), position: positions[kind] },
    })),
  );
}

/** A cancellation without a moment of its own was when the event was. */
function cancellationOf(body: OrderBody, cancels: boolean, occurredAt: number): Cancellation | null {
  if (body.cancelled_at === null && !cancels) return null;
  return { at: millisOf(body.cancelled_at) ?? occurredAt, reason: body.cancel_reason };
}

function snapshotFieldsOf(body: OrderBody): Omit<Snapshot, 'cancelled'> {
  return {
    name: body.name,
    financialStatus: body.financial_status,
    fulfillmentStatus: body.fulfillment_status,
    currency: body.currency,
    totalPrice: body.total_price,
    createdAt: body.created_at,
    closedAt: body.closed_at,
    customer: body.customer,
    lines: body.line_items.map((line): Line => ({
      id: line.id,
      sku: line.sku,
      title: line.title,
      quantity: line.quantity,
      currentQuantity: line.current_quantity ?? line.quantity,
      price: line.price,
      requiresShipping: line.requires_shipping !== false,
    })),
  };
}

/** Names the field and the fault, never the value: it may be personal. */
function firstIssueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'the body'}: ${issue.message}` : 'the body cannot be read';
}
