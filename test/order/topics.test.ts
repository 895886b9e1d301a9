import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  CREATE,
  isSent,
  isTopic,
  RECONCILED,
  RECONCILED_DELETE,
  topicRow,
  TOPICS,
  type Topic,
} from '../../src/order/topics.ts';

const SHOPIFYS = path.resolve('../shared/fixtures/topics-2026-07.json');
const withShopifys = existsSync(SHOPIFYS) ? test : test.skip;
const ALL = Object.keys(TOPICS) as Topic[];

function topicsOfShopify(): string[] {
  return (JSON.parse(readFileSync(SHOPIFYS, 'utf8')) as { topic: string }[]).map(({ topic }) => topic);
}

/** Families of which every topic names an order, but these: Shopify's samples of them have none. */
const FAMILIES =
  /^(orders|order_transactions|tender_transactions|refunds|fulfillments|fulfillment_events|disputes|returns|draft_orders)\//;
const NAMES_NO_ORDER = ['draft_orders/delete', 'returns/update', 'returns/process'];

describe('topics', () => {
  withShopifys('every topic of the families that name an order is handled', () => {
    const named = topicsOfShopify().filter(
      (topic) => FAMILIES.test(topic) && !NAMES_NO_ORDER.includes(topic),
    );
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((topic) => !isTopic(topic))).toEqual([]);
  });

  withShopifys('no topic is handled that Shopify does not have', () => {
    const known = topicsOfShopify();
    expect(ALL.filter((topic) => isSent(topic) && !known.includes(topic))).toEqual([]);
  });

  test.each(['toString', '__proto__', 'constructor', '', 'ORDERS_CREATE', 'orders/create ', 'carts/update'])(
    'what is no row is no topic: %j',
    (text) => expect(isTopic(text)).toBe(false),
  );

  test('what reconciliation brings is sent by nobody', () => {
    expect(ALL.filter((topic) => !isSent(topic))).toEqual([RECONCILED, RECONCILED_DELETE]);
  });

  test('P5: create stands first in a tie, delete last', () => {
    const ranks = ALL.map((topic) => topicRow(topic).rank);
    expect(topicRow(CREATE).rank).toBe(Math.min(...ranks));
    expect(topicRow('orders/delete').rank).toBe(Math.max(...ranks));
  });

  test('P5: ranks stand as the design has them', () => {
    const inOrder: Topic[] = [
      'orders/create',
      'order_transactions/create',
      'orders/paid',
      'orders/updated',
      'fulfillments/create',
      'orders/fulfilled',
      'refunds/create',
      'orders/cancelled',
      'orders/delete',
    ];
    expect(inOrder.toSorted((a, b) => topicRow(a).rank - topicRow(b).rank)).toEqual(inOrder);
    expect(new Set(inOrder.map((topic) => topicRow(topic).rank)).size).toBe(inOrder.length);
    expect(topicRow('orders/partially_fulfilled').rank).toBeLessThan(topicRow('orders/fulfilled').rank);
  });
});
