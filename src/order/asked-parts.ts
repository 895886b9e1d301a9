import { askedListsBody } from './body-schemas.ts';
import type { OrderEvent } from './event.ts';
import { positionOf } from './position.ts';
import { readBody, type BodyReading } from './read-body.ts';
import { readPart, type PastOnly } from './read-parts.ts';

const LISTS = ['transactions', 'returns', 'disputes'] as const;

/** When the Admin API was asked, as far as the event tells: microseconds since 1970, 0 where it does not. */
interface Question {
  triggered: number;
  rank: number;
  past: PastOnly;
}

/**
 * What the Admin API was asked for beside the order itself. A transaction is as new as the order. Returns and
 * disputes change without their order, so they are as new as the question, where the event tells when that was.
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
      const reading = readPart(kind, each, past);
      if (!reading.ok) return { ok: false, because: `${kind}: ${reading.because}` };
      parts.push({ kind, part: { ...reading.body, position: positions[kind] } });
      notes.push(...reading.notes);
    }
  return { ok: true, body: parts, notes };
}
