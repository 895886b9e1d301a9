import type { WaitingEvent } from '../../order/event.ts';
import type { Line } from '../../order/event.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { trustedOrderKey } from '../../order/identity.ts';
import { withoutMemory } from '../../order/known.ts';
import { newOrder } from '../../order/order.ts';
import { damageOf } from '../../order/order-shape.ts';
import { STATUSES } from '../../order/status.ts';
import { fromDocument, toDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import { waitingOf } from '../../persist/envelope.ts';
import type { Missing } from './missing-events.ts';
import type { SpoolDocument } from '../../persist/spool-schema.ts';
import type { EventSummary, TimelineEntry } from '../shapes/events.ts';

/** An order as the API shows it. Times are ISO 8601. */
export type OrderView = ReturnType<typeof orderView>;

/** A damaged document is shown without its contents, with the fields that are damaged. */
export function orderView(document: OrderDocument, missing: Missing) {
  const damage = damageOf(fromDocument(document));
  return { ...shownOrder(damage.length === 0 ? document : blankOf(document), missing), damage };
}

function blankOf({ _id, name, status }: OrderDocument): OrderDocument {
  const key = trustedOrderKey(_id);
  const order = newOrder(key);
  const known = {
    name: typeof name === 'string' ? name : null,
    status: STATUSES.includes(status) ? status : order.status,
  };
  return { ...toDocument(key, { ...order, ...known }, 0) };
}

function shownOrder(document: OrderDocument, { waitingEvents, parkedEvents }: Missing) {
  const { facts, ends, snapshot } = document;
  return {
    shop: document.shop,
    orderId: document.orderId,
    name: document.name,
    status: document.status,
    financialStatus: facts.financialStatus,
    fulfillmentStatus: facts.fulfillmentStatus,
    currency: facts.currency,
    totalPrice: facts.totalPrice,
    waitingEvents,
    parkedEvents,
    version: document.version,
    snapshotAt: snapshot ? iso(snapshot.at) : null,
    createdAt: document.createdAt instanceof Date ? document.createdAt.toISOString() : null,
    cancelledAt: ends.cancelled ? iso(ends.cancelled.at) : null,
    deletedAt: ends.deletedAt === null ? null : iso(ends.deletedAt),
    lines: document.lines.map(shownLine),
    transactions: shownParts(document.transactions),
    refunds: shownParts(document.refunds),
    fulfillments: shownParts(document.fulfillments),
    fulfillmentEvents: shownParts(document.fulfillmentEvents),
    tenders: shownParts(document.tenders),
    disputes: shownParts(document.disputes),
    returns: shownParts(document.returns),
    edits: shownParts(document.edits),
    drafts: shownParts(document.drafts),
    assessments: shownParts(document.assessments),
    protections: shownParts(document.protections),
    statusHistory: document.statusHistory.map((change) => ({
      ...change,
      occurredAt: iso(change.occurredAt),
      appliedAt: iso(change.appliedAt),
    })),
  };
}

/** An entry of the journal, with or without its payload. */
export type JournalEntry = Omit<EventDocument, 'payload'>;

/** One line of an order's history. */
export function timelineEntry(entry: JournalEntry): TimelineEntry {
  return {
    event: entry._id,
    topic: entry.topic,
    webhookId: entry.webhookId ?? null,
    occurredAt: isoOrNull(entry.occurredAt),
    triggeredAt: entry.triggeredAt ?? null,
    receivedAt: entry.receivedAt.toISOString(),
    lockedAt: isoOrNull(entry.lockedAt),
    worker: entry.worker ?? null,
    appliedAt: entry.appliedAt.toISOString(),
    outcome: entry.outcome,
    because: entry.because ?? null,
    notes: entry.notes ?? [],
    sequence: entry.sequence ?? null,
    duplicates: entry.duplicates,
    earlier: earlierOf(entry),
  };
}

function earlierOf({ earlier = [] }: JournalEntry): TimelineEntry['earlier'] {
  return earlier.map(({ outcome, because, at }) => ({
    outcome,
    because: because ?? null,
    at: at.toISOString(),
  }));
}

/** The same, with its shop and order. */
export function eventSummary(entry: JournalEntry): EventSummary {
  return { ...timelineEntry(entry), shop: entry.shop, order: entry.order };
}

type WaitingSummary = Pick<WaitingEvent, 'id' | 'topic' | 'webhookId' | 'triggeredAt' | 'receivedAt'>;

export function waitingEntry(event: WaitingSummary): TimelineEntry {
  return {
    event: event.id,
    topic: event.topic,
    webhookId: event.webhookId,
    occurredAt: null,
    triggeredAt: event.triggeredAt,
    receivedAt: iso(event.receivedAt),
    lockedAt: null,
    worker: null,
    appliedAt: null,
    outcome: 'waiting',
    because: null,
    notes: [],
    sequence: null,
    duplicates: 0,
    earlier: [],
  };
}

/** It waits in the spool, for Redis. */
export function spooledEntry(document: Omit<SpoolDocument, 'payload'>): TimelineEntry {
  return waitingEntry(waitingOf(document));
}

function shownParts(parts: readonly object[]) {
  return parts.map(withoutMemory);
}

/** A line without a current quantity still has all that was ordered. */
function shownLine(line: Line) {
  return withoutMemory({ ...line, currentQuantity: line.currentQuantity ?? line.quantity });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}
