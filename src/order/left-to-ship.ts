import type { Line } from './event.ts';
import { positionOfField } from './known.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore, secondOfTime } from './own-clock.ts';
import type { PartOf } from './part.ts';
import { START, type Position } from './position.ts';

/**
 * What is left to fulfill. Goods are lines that require shipping. Digital lines do not: a ticket, a donation. An order
 * with goods has one of the first three values, an order with only digital lines one of the next two:
 *   goods                 goods, and possibly digital units
 *   digital               digital units only
 *   nothing               nothing
 *   without goods         digital units
 *   without goods, sent   nothing
 *   unknown               no body has contained its lines
 */
export type Left = 'goods' | 'digital' | 'nothing' | 'without goods' | 'without goods, sent' | 'unknown';

/**
 * @param parcels the successful fulfillments
 * @param hasNews whether some of them are newer than the newest body. If so, digital lines count as sent unless a body
 *   says how many units are left
 */
export function leftToShip(order: Order, parcels: readonly PartOf<'fulfillments'>[], hasNews: boolean): Left {
  const { lines } = order;
  const listedAt = order.snapshot ? positionOfField(order, 'lines', order.snapshot.position) : START;
  if (listedAt === START || lines.length === 0) return 'unknown';
  const goods = lines.filter((line) => line.requiresShipping);
  const units = unitsOf(order, parcels);
  const isLeft = (line: Line) => leftOf(line, listedAt, units.get(line.id) ?? NO_UNITS) > 0;
  if (goods.length === 0) return lines.some(isLeft) ? 'without goods' : 'without goods, sent';
  if (goods.some(isLeft)) return 'goods';
  const counts = (line: Line) => !line.requiresShipping && (!hasNews || isKnown(line.fulfillableQuantity));
  return lines.some((line) => counts(line) && isLeft(line)) ? 'digital' : 'nothing';
}

/** What happened to the units of a line, and when. */
interface Units {
  shipped: Dated[];
  /** In a fulfillment that is pending or open. */
  open: Dated[];
  refunded: Dated[];
  /** Refunded before they were shipped; `refunded` does not contain them. */
  cancelled: Dated[];
}

interface Dated {
  quantity: number;
  second: number | null;
}

type Shipped = Pick<PartOf<'fulfillments'>['lines'][number], 'lineId' | 'quantity'>;

const NO_UNITS: Units = { shipped: [], open: [], refunded: [], cancelled: [] };

const OPEN: ReadonlySet<string | null> = new Set(['pending', 'open']);

function unitsOf({ parts }: Order, parcels: readonly PartOf<'fulfillments'>[]): Map<string | null, Units> {
  const units = new Map<string | null, Units>();
  const note = (name: keyof Units, { lineId, quantity }: Shipped, second: number | null) => {
    const known = units.get(lineId) ?? { shipped: [], open: [], refunded: [], cancelled: [] };
    known[name].push({ quantity, second });
    units.set(lineId, known);
  };
  for (const parcel of parcels)
    for (const line of parcel.lines) note('shipped', line, secondOfTime(parcel.createdAt));
  for (const parcel of parts.fulfillments)
    if (OPEN.has(parcel.status)) for (const line of parcel.lines) note('open', line, null);
  for (const refund of parts.refunds)
    for (const line of refund.lines)
      note(line.restock === 'cancel' ? 'cancelled' : 'refunded', line, secondOfTime(refund.processedAt));
  return units;
}

function leftOf(line: Line, listedAt: Position, units: Units): number {
  const left = isKnown(line.fulfillableQuantity)
    ? leftSince(line, line.fulfillableQuantity, listedAt, units)
    : leftInAll(line, listedAt, units);
  return Math.max(0, left);
}

/**
 * A body says what was left: quantity - max(refunded, shipped) - open. After that body, newer parcels reduce it, newer
 * refunds of unshipped units reduce it, and other refunds reduce it once they exceed what was shipped.
 */
function leftSince(line: Line, left: number, listedAt: Position, units: Units): number {
  const since = positionOfField(line, 'fulfillableQuantity', listedAt);
  const ordered = quantityOf(line, listedAt);
  // If all units were left, the body knew of no parcel and no refund, not even one in its own second.
  const happenedSince = left === ordered ? isNotBefore : isAfter;
  const later = (dated: Dated[]) => sumOf(dated.filter(({ second }) => happenedSince(second, since)));
  const cancelled = later(units.cancelled);
  const refunded = sumOf(units.refunded) + sumOf(units.cancelled) - cancelled;
  return Math.min(left - later(units.shipped), ordered - refunded) - cancelled + sumOf(units.open);
}

/**
 * Whether the goods of an order with none left were all removed or refunded. A body with no goods left may mean that
 * they were shipped, unless a body of the same time or later says that nothing was shipped.
 * @param statedNoneAt the position of the body that says that nothing was shipped
 */
export function wereTakenOut(order: Order, statedNoneAt: Position): boolean {
  const listedAt = order.snapshot ? positionOfField(order, 'lines', order.snapshot.position) : START;
  const units = unitsOf(order, []);
  return order.lines
    .filter((line) => line.requiresShipping)
    .every((line) => {
      const { refunded, cancelled } = units.get(line.id) ?? NO_UNITS;
      return isTakenOut(line, listedAt, [...refunded, ...cancelled], statedNoneAt);
    });
}

function isTakenOut(line: Line, listedAt: Position, refunded: Dated[], statedNoneAt: Position): boolean {
  if (sumOf(refunded) >= quantityOf(line, listedAt)) return true;
  const currentAt = positionOfField(line, 'currentQuantity', listedAt);
  const since = refunded.filter(({ second }) => isAfter(second, currentAt));
  if (isKnown(line.currentQuantity) && line.currentQuantity <= sumOf(since)) return true;
  const leftAt = positionOfField(line, 'fulfillableQuantity', listedAt);
  return isKnown(line.fulfillableQuantity) && leftAt <= statedNoneAt;
}

/** Used if no body says what is left: the units that were neither refunded nor shipped. */
function leftInAll(line: Line, listedAt: Position, units: Units): number {
  const ordered = quantityOf(line, listedAt);
  if (ordered === Infinity) return ordered;
  const cancelled = sumOf(units.cancelled);
  const removed = isKnown(line.currentQuantity) ? ordered - line.currentQuantity : 0;
  const refunded = Math.max(sumOf(units.refunded), removed - cancelled);
  return ordered - cancelled - Math.max(refunded, sumOf(units.shipped));
}

/** Infinity until a body has the line's quantity: until then, something is always left. */
function quantityOf(line: Line, listedAt: Position): number {
  return positionOfField(line, 'quantity', listedAt) === START ? Infinity : line.quantity;
}

function isKnown(quantity: number | null): quantity is number {
  return typeof quantity === 'number';
}

function sumOf(units: readonly Dated[]): number {
  return units.reduce((sum, { quantity }) => sum + quantity, 0);
}
