import type { WaitingEvent } from '../order/event.ts';
import type { Part } from '../order/event.ts';
import type { EventDocument } from '../persist/event-schema.ts';
import type { EventId } from '../order/identity.ts';
import type { OrderDocument } from '../persist/order-schema.ts';
import type { SpoolDocument } from '../persist/spool-schema.ts';

/** An order as the API shows it. Times are ISO 8601. */
export type OrderView = ReturnType<typeof orderView>;

export function orderView(document: OrderDocument) {
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
    version: document.version,
    snapshotAt: snapshot ? iso(snapshot.at) : null,
    cancelledAt: ends.cancelled ? iso(ends.cancelled.at) : null,
    deletedAt: ends.deletedAt === null ? null : iso(ends.deletedAt),
    lines: document.lines,
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

/** One line of an order's story. */
export interface TimelineEntry {
  event: string;
  topic: string;
  webhookId: string | null;
  occurredAt: string | null;
  triggeredAt: string | null;
  receivedAt: string;
  appliedAt: string | null;
  outcome: string;
  because: string | null;
  sequence: number | null;
  duplicates: number;
}

export function timelineEntry(entry: EventDocument): TimelineEntry {
  return {
    event: entry._id,
    topic: entry.topic,
    webhookId: entry.webhookId,
    occurredAt: entry.occurredAt?.toISOString() ?? null,
    triggeredAt: entry.triggeredAt,
    receivedAt: entry.receivedAt.toISOString(),
    appliedAt: entry.appliedAt.toISOString(),
    outcome: entry.outcome,
    because: entry.because,
    sequence: entry.sequence,
    duplicates: entry.duplicates,
  };
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
    appliedAt: null,
    outcome: 'waiting',
    because: null,
    sequence: null,
    duplicates: 0,
  };
}

/** It waits in the spool, for Redis. */
export function spooledEntry({
  _id,
  topic,
  webhookId,
  triggeredAt,
  receivedAt,
}: SpoolDocument): TimelineEntry {
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
