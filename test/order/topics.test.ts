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

/** Every topic of these families names an order, except those below. */
const FAMILIES =
  /^(orders|order_transactions|tender_transactions|refunds|fulfillments|fulfillment_events|disputes|returns|draft_orders)\//;
/** Shopify's samples of these topics have no order. */
const NAMES_NO_ORDER = ['draft_orders/delete', 'returns/update', 'returns/process'];

describe('topics', () => {
  withShopifys('every order topic of these families is handled', () => {
    const named = topicsOfShopify().filter(
      (topic) => FAMILIES.test(topic) && !NAMES_NO_ORDER.includes(topic),
    );
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((topic) => !isTopic(topic))).toEqual([]);
  });

  withShopifys('every handled topic exists at Shopify', () => {
    const known = topicsOfShopify();
    expect(ALL.filter((topic) => isSent(topic) && !known.includes(topic))).toEqual([]);
  });

  test.each(['toString', '__proto__', 'constructor', '', 'ORDERS_CREATE', 'orders/create ', 'carts/update'])(
    'text without a row is not a topic: %j',
    (text) => expect(isTopic(text)).toBe(false),
  );

  test('topics of reconciliation are never sent by Shopify', () => {
    expect(ALL.filter((topic) => !isSent(topic))).toEqual([RECONCILED, RECONCILED_DELETE]);
  });

  test('P5: in a tie, create is first and delete last', () => {
    const ranks = ALL.map((topic) => topicRow(topic).rank);
    expect(topicRow(CREATE).rank).toBe(Math.min(...ranks));
    expect(topicRow('orders/delete').rank).toBe(Math.max(...ranks));
  });

  test('P5: ranks follow the life of an order', () => {
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
