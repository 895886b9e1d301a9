import { paymentOf } from './derive-payment.ts';
import { shippingOf } from './derive-shipping.ts';
import type { Order } from './order.ts';
import { STATUS_BY_FACTS, type Status } from './status.ts';

/** The status that an order's facts amount to. */
export function deriveStatus(order: Order): Status {
  if (order.ends.cancelled || order.ends.deletedAt !== null) return 'cancelled';
  const payment = paymentOf(order);
  return STATUS_BY_FACTS[payment][shippingOf(order, payment)];
}
