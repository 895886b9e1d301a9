import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serveStories, type ServedStories } from './served-stories.ts';

const SHOPS = ['a.myshopify.com', 'b.myshopify.com', 'b0.myshopify.com'] as const;
const PER_SHOP = 43;

interface Listed {
  shop: string;
  orderId: string;
  name: string;
  status: string;
}

describe('the list of orders', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    await stories.commit(
      SHOPS.flatMap((shop) =>
        Array.from({ length: PER_SHOP }, (_, i) => ({
          shop,
          id: String(5_820_000_000_000 + i),
          name: `#${1000 + i}`,
          status: i % 2 === 0 ? ('shipped' as const) : ('cancelled' as const),
        })),
      ),
    );
  });
  afterAll(() => stories.stop());

  /** All pages, one after the other. */
  const pages = async (query: string): Promise<Listed[][]> => {
    const found: Listed[][] = [];
    for (let cursor: string | null = null; found.length === 0 || cursor !== null;) {
      const { json } = await stories.get(`/orders?${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
      found.push(json.orders as Listed[]);
      cursor = json.cursor as string | null;
    }
    return found;
  };

  test.each([200, 50, 43, 10, 7])('in pages of %i every order comes once, newest first', async (limit) => {
    const found = await pages(`limit=${limit}`);
    const keys = found.flat().map(({ shop, orderId }) => `${shop}/${orderId}`);
    expect(keys).toHaveLength(SHOPS.length * PER_SHOP);
    expect(keys).toEqual([...new Set(keys)].toSorted().toReversed());
    expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  test.each(SHOPS)('%s gets its own orders and no others', async (shop) => {
    const found = (await pages(`shop=${shop}&limit=20`)).flat();
    expect(found).toHaveLength(PER_SHOP);
    expect(found.every((order) => order.shop === shop)).toBe(true);
  });

  test('an order with a damaged document is listed with the damaged field, and hides no other', async () => {
    const key = `${SHOPS[1]}/5820000000000`;
    const { collection } = stories.inside.collections.orders;
    const stored = await collection.findOne({ _id: key as never });
    const damaged = { lines: 'gone', statusHistory: [{ appliedAt: 1 }] };
    await collection.updateOne({ _id: key as never }, { $set: damaged });
    try {
      const found = (await pages('limit=50')).flat();
      expect(found).toHaveLength(SHOPS.length * PER_SHOP);
      const damage = [
        'order.lines: expected a list, found text',
        'order.statusHistory.0.occurredAt: expected a time, found nothing',
      ];
      const { status, json } = await stories.get(`/orders/${key}`);
      expect({ status, json }).toMatchObject({ status: 200, json: { orderId: '5820000000000', damage } });
      expect(found.filter((order) => 'damage' in order && String(order.damage) !== '')).toHaveLength(1);
    } finally {
      await collection.replaceOne({ _id: key as never }, stored!);
    }
  });

  test('a shop is found in upper or lower case, and an unknown shop has no orders', async () => {
    expect((await pages(`shop=${SHOPS[0].toUpperCase()}&limit=200`)).flat()).toHaveLength(PER_SHOP);
    expect((await stories.get('/orders?shop=c.myshopify.com')).json).toEqual({
      orders: [],
      cursor: null,
    });
  });

  test("a cursor of another shop's list does not lead out of the shop", async () => {
    const { json } = await stories.get(`/orders?shop=${SHOPS[2]}&limit=1`);
    const found = (await pages(`shop=${SHOPS[0]}&limit=200&cursor=${String(json.cursor)}`)).flat();
    expect([...new Set(found.map((order) => order.shop))]).toEqual([SHOPS[0]]);
  });

  test('by status, by name, and by all at once', async () => {
    const cancelled = (await pages('status=cancelled&limit=10')).flat();
    expect(cancelled).toHaveLength(SHOPS.length * Math.floor(PER_SHOP / 2));
    expect(cancelled.every((order) => order.status === 'cancelled')).toBe(true);
    expect((await pages('name=%231002')).flat().map((order) => order.shop)).toEqual(SHOPS.toReversed());
    expect((await pages(`shop=${SHOPS[1]}&name=%231002&status=shipped`)).flat()).toMatchObject([
      { shop: SHOPS[1], orderId: '5820000000002', name: '#1002', status: 'shipped' },
    ]);
    expect((await pages(`shop=${SHOPS[1]}&name=%231002&status=cancelled`)).flat()).toEqual([]);
  });

  test('without a limit there are 50', async () => {
    expect((await pages(''))[0]).toHaveLength(50);
  });
});
