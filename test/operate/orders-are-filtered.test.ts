import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOrder, type Order } from '../../src/order/order.ts';
import { keyOf } from '../support/waiting-event.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-11-01T00:00:00Z');
const TOTAL = 24;
const [LINE] = [{ productId: null, variantId: null, title: null, vendor: null, currentQuantity: null }];

/** Order `i` was created on day `i`, and updated in the opposite sequence; the last has no times. */
function order(i: number): Partial<Omit<Order, 'shop'>> & { id: string } {
  const at = (day: number) => (i === TOTAL - 1 ? null : new Date(START + day * DAY).toISOString());
  const blank = newOrder(keyOf(String(i + 1)));
  return {
    id: String(i + 1),
    name: `#${i}`,
    status: i % 2 === 0 ? 'shipped' : 'cancelled',
    customers: [String(100 + (i % 4))],
    facts: {
      ...blank.facts,
      createdAt: at(i),
      updatedAt: at(TOTAL - i),
      financialStatus: i % 3 === 0 ? 'paid' : 'pending',
      fulfillmentStatus: i % 2 === 0 ? 'fulfilled' : null,
      tags: i % 5 === 0 ? ['gift', 'vip'] : [],
      test: i === 3,
    },
    lines: [
      {
        ...LINE!,
        id: '1',
        sku: `SKU-${i % 6}`,
        quantity: 1,
        fulfillableQuantity: null,
        price: '1.00',
        totalDiscount: null,
        totalTax: null,
        requiresShipping: true,
        giftCard: false,
      },
    ],
    parkedEvents: i === 7 ? 1 : 0,
    whole: {
      body: { email: `Buyer${i}@Example.com` },
      kept: i === 9 ? 'masked' : 'full',
      bytes: 20,
      position: '',
    },
  };
}

describe('GET /api/orders', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    await stories.commit(Array.from({ length: TOTAL }, (_, i) => order(i)));
  });
  afterAll(() => stories.stop());

  const numbers = (orders: unknown) =>
    (orders as { name: string }[]).map(({ name }) => Number(name.slice(1)));
  const found = async (query: string) => {
    const { status, json } = await stories.get(`/orders?limit=200&count=1&${query}`, 'operator');
    expect(status).toBe(200);
    expect(json.count).toBe((json.orders as unknown[]).length);
    return numbers(json.orders).toSorted((a, b) => a - b);
  };
  const those = (isOne: (i: number) => boolean) => Array.from({ length: TOTAL }, (_, i) => i).filter(isOne);

  test.each<[string, (i: number) => boolean]>([
    ['financialStatus=paid', (i) => i % 3 === 0],
    ['fulfillmentStatus=fulfilled', (i) => i % 2 === 0],
    ['fulfillmentStatus=unfulfilled', (i) => i % 2 === 1],
    ['status=shipped&financialStatus=paid', (i) => i % 6 === 0],
    ['customer=101', (i) => i % 4 === 1],
    ['sku=SKU-2', (i) => i % 6 === 2],
    ['tag=vip', (i) => i % 5 === 0],
    ['test=1', (i) => i === 3],
    ['test=0', (i) => i !== 3],
    ['parked=1', (i) => i === 7],
    ['email=buyer8@example.com', (i) => i === 8],
    ['email=BUYER8%40EXAMPLE.COM', (i) => i === 8],
    ['email=buyer9@example.com', () => false],
    ['createdFrom=2026-11-05&createdTo=2026-11-08', (i) => i >= 4 && i < 7],
    ['createdFrom=2026-11-05T01:00:00%2B01:00&createdTo=2026-11-06', (i) => i === 4],
    ['updatedSince=2026-11-20', (i) => TOTAL - i >= 19],
    ['shop=other.myshopify.com', () => false],
    [
      'shop=example.myshopify.com&tag=gift&status=shipped&createdTo=2026-11-15',
      (i) => i % 10 === 0 && i < 14,
    ],
  ])('%s', async (query, isOne) => {
    expect(await found(query)).toEqual(those(isOne));
  });

  test.each([
    ['-created', [...Array.from({ length: 23 }, (_, i) => 22 - i), 23]],
    ['created', [23, ...Array.from({ length: 23 }, (_, i) => i)]],
    ['-updated', [...Array.from({ length: 23 }, (_, i) => i), 23]],
    ['updated', [23, ...Array.from({ length: 23 }, (_, i) => 22 - i)]],
  ])(
    'sort=%s, in pages of 5: every order once, those without a time where MongoDB sorts them',
    async (sort, all) => {
      const seen: number[] = [];
      for (let cursor = ''; ;) {
        const { json } = await stories.get(`/orders?limit=5&sort=${sort}${cursor}`);
        seen.push(...numbers(json.orders));
        if (json.cursor === null) break;
        cursor = `&cursor=${json.cursor as string}`;
      }
      expect(seen).toEqual(all);
    },
  );

  test('a viewer may not search by e-mail address', async () => {
    expect((await stories.get('/orders?email=buyer8@example.com')).status).toBe(403);
  });

  test('fields: only those', async () => {
    const { json } = await stories.get('/orders?limit=2&fields=name,totalPrice,lines');
    expect((json.orders as object[]).map((each) => Object.keys(each).toSorted())).toEqual([
      ['lines', 'name', 'totalPrice'],
      ['lines', 'name', 'totalPrice'],
    ]);
  });

  test.each([
    'fields=name,passwords',
    'createdFrom=yesterday',
    'sort=price',
    'customer=ada',
    'test=yes',
    'tag=',
  ])('%s is a bad request that names it', async (query) => {
    const { status, json } = await stories.get(`/orders?${query}`);
    expect({ status, parameter: (json.errors as { parameter: string }[])[0]?.parameter }).toEqual({
      status: 400,
      parameter: query.split('=')[0],
    });
  });
});
