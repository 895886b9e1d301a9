import type { Drained } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';

/** The drains of a job, each by itself. */
export function oneByOne(drain: (order: OrderKey, id: string) => Promise<Drained>) {
  return (orders: readonly OrderKey[], id: string): Promise<Drained>[] =>
    orders.map((order) => drain(order, id));
}
