import { paymentOf } from './derive-payment.ts';
import { shippingOf } from './derive-shipping.ts';
import type { Order } from './order.ts';
import { PaymentTallies } from './payment-tallies.ts';
import { STATUS_BY_FACTS, type Status } from './status.ts';

/** The status that an order's facts amount to. @param tallies one for all events of the order that are applied in turn */
export function deriveStatus(order: Order, tallies = new PaymentTallies()): Status {
  if (order.ends.cancelled || order.ends.deletedAt !== null) return 'cancelled';
  const payment = paymentOf(order, tallies.of(order));
  return STATUS_BY_FACTS[payment][shippingOf(order, payment)];
}
