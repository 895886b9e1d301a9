import type { WaitingEvent } from '../../order/event.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import { trustedOrderKey } from '../../order/identity.ts';
import { maskedData } from '../../order/external.ts';
import { newOrder, type Order } from '../../order/order.ts';
import { shownExternal, shownOrder } from '../../order/shown-order.ts';
import { damageOf } from '../../order/order-shape.ts';
import { STATUSES } from '../../order/status.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { waitingOf } from '../../persist/envelope.ts';
import type { Missing } from './missing-events.ts';
import type { SpoolDocument } from '../../persist/spool-schema.ts';
import type { EventSummary, TimelineEntry } from '../shapes/events.ts';

/** An order as the API shows it: amounts are text, times are ISO 8601. */
export type OrderView = ReturnType<typeof orderView>;

/** A damaged document is shown without its contents, with the fields that are damaged. */
export function orderView(document: OrderDocument, missing: Missing) {
  const order = fromDocument(document);
  const damage = damageOf(order);
  const shown = damage.length === 0 ? order : blankOf(document);
  return {
    ...shownOrder(shown, missing),
    external: shownExternal(shown.external, (fact) => maskedData(fact.data, fact.public)),
    changedAt: isoOrNull(dateOrNull(document.changedAt)),
    damage,
  };
}

function blankOf({ _id, name, status, version }: OrderDocument): Order {
  const order = newOrder(trustedOrderKey(_id));
  return {
    ...order,
    version: typeof version === 'number' ? version : order.version,
    name: typeof name === 'string' ? name : null,
    status: STATUSES.includes(status) ? status : order.status,
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

function dateOrNull(value: unknown): Date | null {
  return value instanceof Date ? value : null;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}
