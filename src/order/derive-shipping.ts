import { deliveredOf } from './delivered.ts';
import type { Part } from './event.ts';
import { toldAt } from './known.ts';
import { leftToShip, type Left } from './left-to-ship.ts';
import type { Order } from './order.ts';
import { isAfter, isNotBefore, secondOfTime } from './own-clock.ts';
import { START, type Position } from './position.ts';
import {
  laterOf,
  meaningOf,
  SHIPPING_BY_FULFILLMENT_STATUS,
  SHIPPINGS,
  type Payment,
  type Shipping,
} from './status.ts';

const PAID_OUT: ReadonlySet<Payment> = new Set(['paid', 'partially_refunded', 'refunded']);

/**
 * How far shipping is. What the newest body told is the truth; what happened after it, by its own clock, may only
 * move it on (P5). An order of which nothing is left to ship is shipped where a part of it was. Where none was, it
 * is done once it is closed or paid out: nobody has anything to pack.
 */
export function shippingOf(order: Order, payment: Payment): Shipping {
  const parcels = order.parts.fulfillments.filter((part) => part.status === 'success');
  const told = meaningOf(order.facts.fulfillmentStatus, SHIPPING_BY_FULFILLMENT_STATUS) ?? 'none';
  const since = order.snapshot ? toldAt(order, 'fulfillmentStatus', order.snapshot.position) : START;
  const hasNewParcels = hasNews(parcels, told, since);
  const left = leftToShip(order, parcels, hasNewParcels);
  if (isOver(order, payment) && wasNeverShipped(left, told, parcels)) return 'done';
  const wasShipped = ALL_SENT.has(left) && (told === 'partial' || parcels.length > 0);
  const implied = impliedBy(wasShipped && knowsMore(order, since), hasNewParcels, wasShipped);
  const shipping = laterOf(SHIPPINGS, told, implied);
  return shipping === 'shipped' && hasArrived(order, parcels) ? 'done' : shipping;
}

/** A body that says that nothing was shipped knows of no parcel, also in its own second. */
function hasNews(parcels: readonly Part[], told: Shipping, since: Position): boolean {
  const happenedSince = told === 'none' ? isNotBefore : isAfter;
  return parcels.some((parcel) => happenedSince(secondOfTime(parcel.createdAt), since));
}

/** Closed or paid out. */
function isOver({ facts }: Order, payment: Payment): boolean {
  return facts.closedAt !== null || PAID_OUT.has(payment);
}

function impliedBy(isKnown: boolean, hasNewParcels: boolean, wasShipped: boolean): Shipping {
  if (isKnown || (hasNewParcels && wasShipped)) return 'shipped';
  return hasNewParcels ? 'partial' : 'none';
}

/** Whether nothing of it was shipped, and nothing is left that would be. */
function wasNeverShipped(left: Left, told: Shipping, parcels: readonly Part[]): boolean {
  return NO_SHIPPING.has(left) || (told === 'none' && parcels.length === 0 && NO_GOODS.has(left));
}

const ALL_SENT: ReadonlySet<Left> = new Set(['nothing', 'sent']);
const NO_SHIPPING: ReadonlySet<Left> = new Set(['never any', 'sent']);
/** Nothing is left that somebody would pack. */
const NO_GOODS: ReadonlySet<Left> = new Set(['nothing', 'digital']);

/** Whether what is left is known better than from parcels that the newest body knew, too, when it told its word. */
function knowsMore({ lines, parts }: Order, since: Position): boolean {
  return (
    lines.every((line) => typeof line.fulfillableQuantity === 'number') ||
    parts.refunds.some((refund) => isAfter(secondOfTime(refund.processedAt), since))
  );
}

function hasArrived(order: Order, parcels: readonly Part[]): boolean {
  if (order.facts.closedAt !== null) return true;
  if (parcels.length === 0) return false;
  const delivered = deliveredOf(order);
  return parcels.every(({ id }) => delivered.has(id));
}
