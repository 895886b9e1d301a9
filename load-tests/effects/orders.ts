import type { Delivery } from '../../testkit/deliveries/life.ts';
import { planSale } from '../sale/plan.ts';

let plans = 0;

/** New orders, with one event each unless more topics are given. */
export function newOrders(
  orders: number,
  topics: ('create' | 'transaction' | 'paid' | 'updated')[] = ['create'],
): Delivery[] {
  plans += 1;
  const firstNumber = 1001 + plans * 20_000;
  return planSale({
    orders,
    shops: 1,
    topics,
    dup: 0,
    shuffle: 0,
    seed: plans,
    id: 'effects',
    firstNumber,
  }).deliveries;
}
