import { lifeOf, type Delivery } from '../../testkit/deliveries/life.ts';
import type { Random } from '../../testkit/deliveries/random.ts';

/** The lives of many orders, one in five of them cancelled. @param first the number of the first order */
export function livesOf(random: Random, shop: string, count: number, first = 1001): Delivery[][] {
  const from = new Date('2026-11-20T10:00:00Z');
  return Array.from({ length: count }, (_, i) =>
    lifeOf(random, shop, first + i, from, i % 5 === 4 ? 'cancelled' : 'refunded_in_part'),
  );
}

/**
 * Deliveries of many orders mixed, each order's in its own random order, with duplicates in between, `share`
 * of all.
 */
export function mixed(random: Random, lives: readonly Delivery[][], share: number): Delivery[] {
  const once = lives.flat();
  const again = once.filter(() => random.next() < share);
  return random.shuffled([...once, ...again]);
}

/** It cannot be applied. @param whole a body of a whole order: it has an updated_at that can be broken */
export function poisoned(whole: Delivery, webhookId: string): Delivery {
  const body = whole.body.toString().replace(/"updated_at":"[^"]*"/g, '"updated_at":"yesterday"');
  return { ...whole, topic: 'orders/updated', webhookId, body: Buffer.from(body) };
}
