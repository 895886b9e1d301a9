import type { DeliveredOrder, DeliveredOrders } from '../../persist/delivered-orders.ts';
import type { DestinationDocument } from '../../persist/destination-schema.ts';
import { ascending, type From, type Held } from './held.ts';

/** An order that is not as it should be at the other side. */
interface Difference {
  order: string;
  /** `unknown`: the other side has it, and Lockstep does not know it. */
  found: 'missing' | 'older' | 'unknown';
  /** The version that it accepted; null: none. */
  expected: number | null;
  held: number | null;
}

/** A part of a comparison. */
export interface Compared {
  compared: number;
  onItsWay: number;
  /** The other side has them, and effects about them are not kept any more: their versions cannot be compared. */
  unchecked: number;
  differences: Difference[];
  /** Where the rest begins; null: this was the last part. */
  rest: From | null;
}

export interface ComparisonTools {
  delivered: DeliveredOrders;
  /** What was done after it counts as on its way. */
  began: Date;
  /** Whether this part should end: its time is over. */
  isOver: () => boolean;
}

/** An answer has at most so many differences: about 150 kB. */
const MOST_DIFFERENCES = 1000;

/**
 * Compares what the other side has with what it should have. Both are read once, in ascending order of keys, and neither
 * is in memory as a whole. It changes nothing: if it dies, the same part can be compared again.
 * @param until what is behind it is not compared: another part of a file; null: to the end
 */
export async function compare(
  destination: DestinationDocument,
  held: AsyncIterable<Held>,
  from: From,
  until: string | null,
  { delivered, began, isOver }: ComparisonTools,
): Promise<Compared> {
  const part: Compared = { compared: 0, onItsWay: 0, unchecked: 0, differences: [], rest: null };
  const strangers: Held[] = [];
  let { cursor } = from;
  for await (const pair of paired(
    ascending(held, from.after),
    delivered.of(destination, from.after, began),
  )) {
    if (until !== null && pair.order > until) break;
    cursor = pair.held?.cursor ?? cursor;
    judge(pair, part, strangers);
    if (part.differences.length + strangers.length >= MOST_DIFFERENCES || isOver()) {
      part.rest = { after: pair.order, cursor };
      break;
    }
  }
  return await withStrangers(part, strangers, delivered);
}

/** @param strangers orders about which no effect is kept */
function judge(pair: Pair, part: Compared, strangers: Held[]): void {
  const { held, delivered } = pair;
  const expected = delivered?.version ?? null;
  part.compared += 1;
  if (delivered?.isOpen) part.onItsWay += 1;
  else if (expected !== null) part.differences.push(...differenceOf(pair, expected));
  else if (held) strangers.push(held);
}

interface Pair {
  order: string;
  held: Held | null;
  delivered: DeliveredOrder | null;
}

function differenceOf({ order, held }: Pair, expected: number): Difference[] {
  if (held === null) return [{ order, found: 'missing', expected, held: null }];
  return held.version < expected ? [{ order, found: 'older', expected, held: held.version }] : [];
}

/** Orders about which no effect is kept: those that do not exist here are differences. */
async function withStrangers(
  part: Compared,
  strangers: Held[],
  delivered: DeliveredOrders,
): Promise<Compared> {
  if (strangers.length === 0) return part;
  const known = await delivered.known(strangers.map(({ key }) => key));
  const unknown = strangers
    .filter(({ key }) => !known.has(key))
    .map(({ key, version }): Difference => ({ order: key, found: 'unknown', expected: null, held: version }));
  const differences = [...part.differences, ...unknown].toSorted((a, b) => (a.order < b.order ? -1 : 1));
  return { ...part, unchecked: strangers.length - unknown.length, differences };
}

/** Both sides by key; both ascend. */
async function* paired(
  held: AsyncGenerator<Held>,
  delivered: AsyncGenerator<DeliveredOrder>,
): AsyncGenerator<Pair> {
  try {
    let [theirs, ours] = await Promise.all([nextOf(held), nextOf(delivered)]);
    while (theirs !== null || ours !== null) {
      const pair = pairOf(theirs, ours);
      yield pair;
      if (pair.held) theirs = await nextOf(held);
      if (pair.delivered) ours = await nextOf(delivered);
    }
  } finally {
    // Closes the connections and the cursor, also if the rest is not wanted.
    await Promise.all([held.return(undefined), delivered.return(undefined)]);
  }
}

async function nextOf<Value>(values: AsyncGenerator<Value>): Promise<Value | null> {
  const { done, value } = await values.next();
  return done ? null : (value as Value);
}

/** What both say about the least of both keys. */
function pairOf(held: Held | null, delivered: DeliveredOrder | null): Pair {
  const keys = [held?.key, delivered?.order].filter((key) => key !== undefined).toSorted();
  const [order = ''] = keys;
  return {
    order,
    held: held?.key === order ? held : null,
    delivered: delivered?.order === order ? delivered : null,
  };
}
