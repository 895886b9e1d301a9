import type { WaitingEvent } from '../../order/event.ts';
import type { Part } from '../../order/event.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import type { EventId } from '../../order/identity.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import type { Missing } from './missing-events.ts';
import type { SpoolDocument } from '../../persist/spool-schema.ts';
import type { EventSummary, TimelineEntry } from '../shapes/events.ts';

/** An order as the API shows it. Times are ISO 8601. */
export type OrderView = ReturnType<typeof orderView>;

export function orderView(document: OrderDocument, { waitingEvents, parkedEvents }: Missing) {
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
    createdAt: document.createdAt?.toISOString() ?? null,
    cancelledAt: ends.cancelled ? iso(ends.cancelled.at) : null,
    deletedAt: ends.deletedAt === null ? null : iso(ends.deletedAt),
    lines: document.lines as unknown as Record<string, unknown>[],
    transactions: withoutPosition(document.transactions),
    refunds: withoutPosition(document.refunds),
    fulfillments: withoutPosition(document.fulfillments),
    fulfillmentEvents: withoutPosition(document.fulfillmentEvents),
    tenders: withoutPosition(document.tenders),
    disputes: withoutPosition(document.disputes),
    returns: withoutPosition(document.returns),
    edits: withoutPosition(document.edits),
    drafts: withoutPosition(document.drafts),
    assessments: withoutPosition(document.assessments),
    protections: withoutPosition(document.protections),
    statusHistory: document.statusHistory.map((change) => ({
      ...change,
      occurredAt: iso(change.occurredAt),
      appliedAt: iso(change.appliedAt),
    })),
  };
}

/** An entry of the journal, with or without its payload. */
export type JournalEntry = Omit<EventDocument, 'payload'>;

/** One line of an order's story. */
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

/** The same, with where it belongs. */
export function eventSummary(entry: JournalEntry): EventSummary {
  return { ...timelineEntry(entry), shop: entry.shop, order: entry.order };
}

type Waiting = Pick<WaitingEvent, 'id' | 'topic' | 'webhookId' | 'triggeredAt' | 'receivedAt'>;

export function waitingEntry(event: Waiting): TimelineEntry {
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
    sequence: null,
    duplicates: 0,
    earlier: [],
  };
}

/** It waits in the spool, for Redis. */
export function spooledEntry({
  _id,
  topic,
  webhookId,
  triggeredAt,
  receivedAt,
}: Omit<SpoolDocument, 'payload'>): TimelineEntry {
  const event = { id: _id as EventId, topic, webhookId, triggeredAt, receivedAt: receivedAt.getTime() };
  return waitingEntry(event);
}

function withoutPosition(parts: unknown[]) {
  return (parts as Part[]).map((part) =>
    Object.fromEntries(Object.entries(part).filter(([name]) => name !== 'position')),
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}
