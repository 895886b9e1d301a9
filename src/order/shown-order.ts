import { totalsOf, withQuantities, type Quantities } from './derive-totals.ts';
import type { Line } from './event.ts';
import type { External, ExternalData, ExternalFact } from './external-fact.ts';
import type { Order } from './order.ts';
import type { Parts } from './part.ts';
import { withoutMemory } from './without-memory.ts';

/**
 * An order as the API and messages show it: amounts are text, times are ISO 8601.
 * @param missing fields that say how many of its events are missing
 */
export function shownOrder<Missing extends object>(order: Order, missing: Missing) {
  const { shop, orderId, name, status, version, ends, snapshot, parts } = order;
  const { presentmentTotalOf: _, ...facts } = order.facts;
  return {
    shop,
    orderId,
    name,
    status,
    ...facts,
    ...totalsOf(order),
    ...missing,
    version,
    snapshotAt: snapshot ? iso(snapshot.at) : null,
    cancelledAt: ends.cancelled ? iso(ends.cancelled.at) : null,
    cancelReason: ends.cancelled?.reason ?? null,
    deletedAt: ends.deletedAt === null ? null : iso(ends.deletedAt),
    lines: withQuantities(order).map(shownLine),
    ...shownParts(parts),
    external: shownExternal(order.external),
    statusHistory: order.statusHistory.map((change) => ({
      ...change,
      occurredAt: iso(change.occurredAt),
      appliedAt: iso(change.appliedAt),
    })),
  };
}

function shownParts(parts: Parts): Parts {
  return mapValues(parts, (list) => (list as object[]).map(withoutMemory)) as unknown as Parts;
}

/** What other systems said last, by type. @param dataOf what is shown of an event's data */
export function shownExternal(
  external: External = {},
  dataOf: (fact: ExternalFact) => ExternalData = ({ data }) => data,
) {
  return mapValues(external, (fact: ExternalFact) => ({
    data: dataOf(fact),
    occurredAt: iso(fact.occurredAt),
    receivedAt: iso(fact.receivedAt),
    eventId: fact.eventId,
    source: fact.source,
  }));
}

/** A line without a current quantity still has all that was ordered. */
function shownLine(line: Line & Quantities) {
  return withoutMemory({ ...line, currentQuantity: line.currentQuantity ?? line.quantity });
}

function mapValues<Key extends string, From, To>(from: Record<Key, From>, to: (value: From) => To) {
  return Object.fromEntries(Object.entries<From>(from).map(([key, value]) => [key, to(value)])) as Record<
    Key,
    To
  >;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
