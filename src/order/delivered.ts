import { positionOfField } from './known.ts';
import type { Order } from './order.ts';
import { secondOfTime } from './own-clock.ts';
import type { PartOf } from './part.ts';
import { secondOf } from './position.ts';
import { meaningOf } from './status.ts';

/** Whether the buyer has the parcel, by Shopify's status. Other statuses do not say where it is. */
const HAS_ARRIVED: Readonly<Record<string, boolean>> = {
  delivered: true,
  picked_up: true,
  attempted_delivery: false,
  carrier_picked_up: false,
  failure: false,
  in_transit: false,
  out_for_delivery: false,
  ready_for_pickup: false,
};

/**
 * Ids of the fulfillments that the buyer has: by the last tracking event of each, or by the fulfillment's own status
 * if that is newer.
 */
export function deliveredOf({ parts }: Order): ReadonlySet<string> {
  const last = lastEvents(parts.fulfillmentEvents);
  const delivered = parts.fulfillments.filter((parcel) => {
    const event = last.get(parcel.id);
    if (event?.hasArrived) return true;
    const statedAt = secondOf(positionOfField(parcel, 'shipmentStatus', parcel.position));
    return meaningOf(parcel.shipmentStatus, HAS_ARRIVED) === true && statedAt >= (event?.second ?? 0);
  });
  return new Set(delivered.map(({ id }) => id));
}

interface LastEvent {
  second: number;
  hasArrived: boolean;
}

/** By fulfillment id. Of two events in the same second, an arrival counts. */
function lastEvents(events: readonly PartOf<'fulfillmentEvents'>[]): Map<string | null, LastEvent> {
  const last = new Map<string | null, LastEvent>();
  for (const event of events) {
    const hasArrived = meaningOf(event.status, HAS_ARRIVED);
    if (hasArrived === undefined || event.removed) continue;
    const second = secondOfEvent(event);
    const known = last.get(event.fulfillmentId);
    if (!known || second > known.second || (second === known.second && hasArrived))
      last.set(event.fulfillmentId, { second, hasArrived });
  }
  return last;
}

function secondOfEvent(event: PartOf<'fulfillmentEvents'>): number {
  return secondOfTime(event.happenedAt) ?? secondOf(event.position);
}
