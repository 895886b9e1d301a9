import type { Line, Part } from './event.ts';
import { toldAt, type Known } from './known.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore, secondOfTime } from './own-clock.ts';
import { START, type Position } from './position.ts';

/**
 * What of an order is left to be shipped:
 *   unknown    its lines are not known
 *   never any  nothing in it is shipped: a donation, a ticket
 *   sent       the same, and no unit is left to be sent
 *   some       units that are to be shipped
 *   digital    units that are to be sent, but not shipped
 *   nothing
 */
export type Left = 'unknown' | 'never any' | 'sent' | 'some' | 'digital' | 'nothing';

/**
 * @param parcels the successful fulfillments
 * @param hasNews whether some were made after the newest body: digital lines of which nobody told what is left are
 *   not waited for then
 */
export function leftToShip(order: Order, parcels: readonly Part[], hasNews: boolean): Left {
  const { lines } = order;
  const listedAt = order.snapshot ? toldAt(order, 'lines', order.snapshot.position) : START;
  if (listedAt === START || lines.length === 0) return 'unknown';
  const shipped = lines.filter((line) => line.requiresShipping);
  const units = unitsOf(order, parcels);
  const isLeft = (line: Line) => leftOf(line, listedAt, units.get(line.id) ?? NO_UNITS) > 0;
  if (shipped.length === 0) return lines.some(isLeft) ? 'never any' : 'sent';
  if (shipped.some(isLeft)) return 'some';
  const waitsFor = (line: Line) => !line.requiresShipping && (!hasNews || isTold(line.fulfillableQuantity));
  return lines.some((line) => waitsFor(line) && isLeft(line)) ? 'digital' : 'nothing';
}

/** Units of a line, with when that happened to them. */
interface Units {
  shipped: Dated[];
  /** In a parcel that is not made yet. */
  open: Dated[];
  refunded: Dated[];
  /** Refunded before they were shipped; not in `refunded`. */
  cancelled: Dated[];
}

interface Dated {
  quantity: number;
  second: number | null;
}

const NO_UNITS: Units = { shipped: [], open: [], refunded: [], cancelled: [] };

const OPEN: ReadonlySet<unknown> = new Set(['pending', 'open']);

function unitsOf({ parts }: Order, parcels: readonly Part[]): Map<unknown, Units> {
  const units = new Map<unknown, Units>();
  const note = (name: keyof Units, { lineId, quantity }: Known, second: number | null) => {
    const known = units.get(lineId) ?? { shipped: [], open: [], refunded: [], cancelled: [] };
    known[name].push({ quantity: Number(quantity), second });
    units.set(lineId, known);
  };
  for (const parcel of parcels)
    for (const line of linesOf(parcel)) note('shipped', line, secondOfTime(parcel.createdAt));
  for (const parcel of parts.fulfillments)
    if (OPEN.has(parcel.status)) for (const line of linesOf(parcel)) note('open', line, null);
  for (const refund of parts.refunds)
    for (const line of linesOf(refund))
      note(line.restock === 'cancel' ? 'cancelled' : 'refunded', line, secondOfTime(refund.processedAt));
  return units;
}

function linesOf(part: Part): Known[] {
  return (part.lines ?? []) as Known[];
}

function leftOf(line: Line, listedAt: Position, units: Units): number {
  const left = isTold(line.fulfillableQuantity)
    ? leftSince(line, line.fulfillableQuantity, listedAt, units)
    : leftInAll(line, listedAt, units);
  return Math.max(0, left);
}

/**
 * Shopify told what was left: quantity - max(refunded, shipped) - open. After that, units are shipped by parcels
 * that were made, taken out by refunds of what was not shipped, and by other refunds once those are more than what
 * was shipped.
 */
function leftSince(line: Line, left: number, listedAt: Position, units: Units): number {
  const since = toldAt(line, 'fulfillableQuantity', listedAt);
  const ordered = quantityOf(line, listedAt);
  // All of it was left: then the body knew of no parcel and no refund, also of none in its own second.
  const happenedSince = left === ordered ? isNotBefore : isAfter;
  const later = (dated: Dated[]) => sumOf(dated.filter(({ second }) => happenedSince(second, since)));
  const cancelled = later(units.cancelled);
  const refunded = sumOf(units.refunded) + sumOf(units.cancelled) - cancelled;
  return Math.min(left - later(units.shipped), ordered - refunded) - cancelled + sumOf(units.open);
}

/** Nobody told what was left: it is what was neither refunded nor shipped. */
function leftInAll(line: Line, listedAt: Position, units: Units): number {
  const ordered = quantityOf(line, listedAt);
  if (ordered === Infinity) return ordered;
  const cancelled = sumOf(units.cancelled);
  const removed = isTold(line.currentQuantity) ? ordered - line.currentQuantity : 0;
  const refunded = Math.max(sumOf(units.refunded), removed - cancelled);
  return ordered - cancelled - Math.max(refunded, sumOf(units.shipped));
}

/** A line whose quantity nobody told is one of which something is left. */
function quantityOf(line: Line, listedAt: Position): number {
  return toldAt(line, 'quantity', listedAt) === START ? Infinity : line.quantity;
}

function isTold(quantity: number | null | undefined): quantity is number {
  return typeof quantity === 'number';
}

function sumOf(units: readonly Dated[]): number {
  return units.reduce((sum, { quantity }) => sum + quantity, 0);
}
