import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/order/decide.ts';
import { createBodyKeeper } from '../../../src/persist/body-keeper.ts';
import { keyOf, waitingEvent } from '../../support/waiting-event.ts';
import { serveStories, type ServedStories } from '../served-stories.ts';

const TIMES = { created_at: '2026-11-20T10:00:00Z', updated_at: '2026-11-20T10:00:00Z' };
const ORDERS = [
  { tags: 'ada@example.com', email: 'ada@example.com' },
  { tags: 'ada@example.com', email: 'bob@example.com' },
  { discount_codes: [{ code: '$10OFF', amount: '1.00', type: 'fixed_amount' }], phone: null },
];

describe('the group of a sales report is text, never an expression: a viewer may not see the body', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    for (const [i, fields] of ORDERS.entries()) {
      const key = keyOf(String(i + 1));
      const body = { id: i + 1, currency: 'USD', total_price: '5.00', ...TIMES, ...fields };
      const event = waitingEvent('orders/create', body, { order: key });
      const { order } = decide(key, null, [event], 0, new Map(), createBodyKeeper('full'));
      await stories.inside.tools.orders.commit({ key, order: order! });
    }
  });
  afterAll(() => stories.stop());

  test.each([
    ['tag', '$body.email', 0],
    ['channel', '$body.phone', 0],
    ['tag', '$$x', 0],
    ['tag', '$$ROOT', 0],
    ['discount', '$10OFF', 1],
    ['tag', 'ada@example.com', 2],
  ])('of=%s, group=%s: %i orders', async (of, group, count) => {
    const place = `/reports/sales?from=2026-11-01&to=2026-11-30&by=order&of=${of}&group=${encodeURIComponent(group)}`;
    const { status, json } = await stories.get(place);
    expect({ status, rows: (json.rows as unknown[]).length }).toEqual({ status: 200, rows: count });
  });
});
