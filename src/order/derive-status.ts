import { paymentOf } from './derive-payment.ts';
import { shippingOf } from './derive-shipping.ts';
import type { Order } from './order.ts';
import { PaymentTallies } from './payment-tallies.ts';
import { STATUS_BY_FACTS, type Status } from './status.ts';

/** The status that follows from an order's facts. @param tallies shared by the order's events, applied in turn */
export function deriveStatus(order: Order, tallies = new PaymentTallies()): Status {
  if (order.ends.cancelled || order.ends.deletedAt !== null) return 'cancelled';
  const payment = paymentOf(order, tallies.of(order));
  return STATUS_BY_FACTS[payment][shippingOf(order, payment)];
}
