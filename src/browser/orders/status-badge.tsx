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
import type { Status } from '../../order/status.ts';
import { ToneBadge } from '../components/tone-badge.tsx';

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
      {status.replaceAll('_', ' ')}
    </ToneBadge>
  );
}
