import { deliveredOf } from './delivered.ts';
import { positionOfField } from './known.ts';
import { leftToShip, wereTakenOut, type Left } from './left-to-ship.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore, secondOfTime } from './own-clock.ts';
import type { PartOf } from './part.ts';
import { START, type Position } from './position.ts';
import {
  laterOf,
  meaningOf,
  SHIPPING_BY_FULFILLMENT_STATUS,
  SHIPPINGS,
  type Payment,
  type Shipping,
} from './status.ts';

const PAID: ReadonlySet<Payment> = new Set(['paid', 'partially_refunded', 'refunded']);

/**
 * How far shipping is. The newest body's fulfillment status counts. What happened after that body, by its own clock,
 * can only advance it (P5). An order with nothing left to ship is shipped if part of it was shipped. If nothing was
 * shipped, it is done once it is closed or paid, because there is nothing to pack.
 */
export function shippingOf(order: Order, payment: Payment): Shipping {
  const parcels = order.parts.fulfillments.filter((part) => part.status === 'success');
  const stated = meaningOf(order.facts.fulfillmentStatus, SHIPPING_BY_FULFILLMENT_STATUS) ?? 'none';
  const since = order.snapshot ? positionOfField(order, 'fulfillmentStatus', order.snapshot.position) : START;
  const hasNewParcels = hasNews(parcels, stated, since);
  const left = leftToShip(order, parcels, hasNewParcels);
  if (isOver(order, payment) && needsNoShipping(order, left, parcels, { stated, since })) return 'done';
  const isKnown = hasNewParcels || knowsMore(order, since);
  const isAllSent = isKnown && ALL_SENT.has(left) && wasAnyShipped(stated, parcels);
  const shipping = laterOf(SHIPPINGS, stated, impliedBy(hasNewParcels, isAllSent));
  return shipping === 'shipped' && hasArrived(order, parcels) ? 'done' : shipping;
}

/** Whether a parcel is newer than the body. A body with nothing shipped knows no parcels of its own second either. */
function hasNews(parcels: readonly PartOf<'fulfillments'>[], stated: Shipping, since: Position): boolean {
  const happenedSince = stated === 'none' ? isNotBefore : isAfter;
  return parcels.some((parcel) => happenedSince(secondOfTime(parcel.createdAt), since));
}

function wasAnyShipped(stated: Shipping, parcels: readonly PartOf<'fulfillments'>[]): boolean {
  return stated !== 'none' || parcels.length > 0;
}

/** Whether the order is closed or paid. */
function isOver({ facts }: Order, payment: Payment): boolean {
  return facts.closedAt !== null || PAID.has(payment);
}

function impliedBy(hasNewParcels: boolean, isAllSent: boolean): Shipping {
  if (isAllSent) return 'shipped';
  return hasNewParcels ? 'partial' : 'none';
}

/** Whether the order has no goods, or nothing was shipped and nothing is left to ship. */
function needsNoShipping(
  order: Order,
  left: Left,
  parcels: readonly PartOf<'fulfillments'>[],
  { stated, since }: Word,
): boolean {
  if (WITHOUT_GOODS.has(left)) return true;
  return !wasAnyShipped(stated, parcels) && NO_GOODS_LEFT.has(left) && wereTakenOut(order, since);
}

/** The newest fulfillment status, and the position of its body. */
interface Word {
  stated: Shipping;
  since: Position;
}

const ALL_SENT: ReadonlySet<Left> = new Set(['nothing', 'without goods, sent']);
const WITHOUT_GOODS: ReadonlySet<Left> = new Set(['without goods', 'without goods, sent']);
/** For an order with goods. */
const NO_GOODS_LEFT: ReadonlySet<Left> = new Set(['nothing', 'digital']);

/**
 * Whether what is left to ship is known from more than the parcels. Parcels alone are not enough: the body with the
 * fulfillment status may have known them and still says that not everything was sent.
 */
function knowsMore({ lines, parts }: Order, since: Position): boolean {
  return (
    lines.every((line) => typeof line.fulfillableQuantity === 'number') ||
    parts.refunds.some((refund) => isAfter(secondOfTime(refund.processedAt), since))
  );
}

function hasArrived(order: Order, parcels: readonly PartOf<'fulfillments'>[]): boolean {
  if (order.facts.closedAt !== null) return true;
  if (parcels.length === 0) return false;
  const delivered = deliveredOf(order);
  return parcels.every(({ id }) => delivered.has(id));
}
