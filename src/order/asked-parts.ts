import { askedListsBody } from './body-schemas.ts';
import type { OrderEvent } from './event.ts';
import { readPart } from './part.ts';
import { positionOf } from './position.ts';
import { readBody, type BodyReading } from './read-body.ts';
import type { PastOnly } from './read-parts.ts';

const LISTS = ['transactions', 'returns', 'disputes'] as const;

/** When the Admin API was queried. */
interface Question {
  /** Microseconds since 1970; 0 if the event does not say. */
  triggered: number;
  rank: number;
  past: PastOnly;
}

/**
 * Reads what the Admin API returned in addition to the order itself. A transaction is as new as the order. Returns and
 * disputes change independently of their order, so they are as new as the query, if the event says when that was.
 */
export function askedParts(
  { occurredAt, position, id }: OrderEvent,
  body: unknown,
  { triggered, rank, past }: Question,
): BodyReading<OrderEvent['parts']> {
  const lists = readBody(askedListsBody, body);
  if (!lists.ok) return lists;
  const askedAt = positionOf(Math.max(occurredAt, Math.floor(triggered / 1000)), triggered, rank, id);
  const positions = { transactions: position, returns: askedAt, disputes: askedAt } as const;
  const parts: OrderEvent['parts'] = [];
  const notes = [...lists.notes];
  for (const kind of LISTS)
    for (const each of lists.body[kind] ?? []) {
      const reading = readPart(kind, each, past, { position: positions[kind] });
      if (!reading.ok) return { ok: false, because: `${kind}: ${reading.because}` };
      parts.push(reading.body);
      notes.push(...reading.notes);
    }
  return { ok: true, body: parts, notes };
}
