import {
  IconBan,
  IconCircleCheck,
  IconCreditCard,
  IconPackage,
  IconReceiptRefund,
  IconSparkles,
  IconTruck,
  IconTruckDelivery,
  IconX,
  type Icon,
} from '@tabler/icons-react';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import type { Status } from '../../order/status.ts';
import { visible } from '../text/visible.ts';
import { ToneBadge } from './tone-badge.tsx';

const STATUSES = {
  created: IconSparkles,
  payment_pending: IconCreditCard,
  awaiting_shipment: IconPackage,
  partially_shipped: IconTruck,
  shipped: IconTruckDelivery,
  completed: IconCircleCheck,
  cancelled: IconBan,
  failed: IconX,
  refunded: IconReceiptRefund,
} as const satisfies Record<Status, Icon>;

export const STATUS_NAMES = Object.keys(STATUSES) as Status[];

/** An order's status. None stands out: a cancelled order is not a fault of Lockstep. */
export function StatusBadge({ status }: { status: Status }) {
  const Mark = STATUSES[status];
  return (
    <ToneBadge tone="plain" icon={<Mark size={14} aria-hidden />}>
      {wordsOf(status)}
    </ToneBadge>
  );
}

/** Shopify has no word for an order of which nothing is shipped yet. */
export function fulfillmentOf({
  fulfillmentStatus,
  snapshotAt,
}: Pick<ShownOrder, 'fulfillmentStatus' | 'snapshotAt'>): string {
  return fulfillmentStatus === null && snapshotAt !== null ? 'unfulfilled' : wordsOf(fulfillmentStatus);
}

/** Shopify's name of a state, for people: `partially_refunded` is shown as `partially refunded`. */
export function wordsOf(state: string | null): string {
  return state === null ? '–' : visible(state.replaceAll('_', ' ')).slice(0, 80);
}
