import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { orderDetail } from '../../src/operate/shapes/orders.ts';
import { LINE_COLUMNS, ORDER_COLUMNS } from '../../src/operate/shapes/exports.ts';
import { lived } from '../support/in-process.ts';
import { money } from '../support/money.ts';
import { keyOf } from '../support/waiting-event.ts';
import { cutAt, exportedFrom, readMarked } from './exported.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const SHOPS = ['a.myshopify.com', 'b.myshopify.com'] as const;
const PER_SHOP = 450;
const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-10-01T00:00:00Z');

describe('orders are exported', () => {
  let stories: ServedStories;
  const at = (i: number) => new Date(FIRST + i * DAY_MS);
  beforeAll(async () => {
    stories = await serveStories();
    const ids = Array.from({ length: PER_SHOP }, (_, i) => String(5_820_000_000_000 + i));
    await stories.commit(
      SHOPS.flatMap((shop) => ids.map((id, i) => ({ shop, id, name: `#${i}`, status: 'shipped' as const }))),
    );
    // Three orders of each shop have the same time.
    const { collection } = stories.inside.collections.orders;
    await collection.bulkWrite(
      SHOPS.flatMap((shop) =>
        ids.slice(0, 300).map((id, i) => ({
          updateOne: {
            filter: { _id: keyOf(id, shop) as never },
            update: { $set: { createdAt: at(Math.floor(i / 3)), totalPrice: money(`${i}.07`) } },
          },
        })),
      ),
    );
  });
  afterAll(() => stories.stop());

  const keysOf = (rows: readonly Record<string, unknown>[]) =>
    rows.map(({ shop, orderId }) => `${String(shop)}/${String(orderId)}`);
  const all = (place: string, role?: string) => exportedFrom(stories.served, place, role);

  test('every order once, in batches, with an end', async () => {
    const { rows, cursors, end, columns } = await all('orders');
    expect(rows).toHaveLength(2 * PER_SHOP);
    expect(new Set(keysOf(rows)).size).toBe(2 * PER_SHOP);
    expect(end).toEqual({ rows: 2 * PER_SHOP });
    // 900 orders in batches of 200: four positions, and the end.
    expect(cursors).toHaveLength(4);
    expect(columns).toEqual(Object.entries(ORDER_COLUMNS).map(([name, kind]) => ({ name, kind })));
    for (const row of rows.slice(0, 10)) expect(Object.keys(row)).toEqual(Object.keys(ORDER_COLUMNS));
  });

  test('in the order of the list, with its values', async () => {
    const { rows } = await all(`orders?shop=${SHOPS[0]}`);
    const { json } = await stories.get(`/orders?shop=${SHOPS[0]}&limit=200`);
    const listed = json.orders as Record<string, unknown>[];
    expect(keysOf(rows.slice(0, 200))).toEqual(keysOf(listed));
    const facts = (order: Record<string, unknown>) =>
      Object.fromEntries(Object.keys(ORDER_COLUMNS).map((name) => [name, order[name]]));
    expect(rows.slice(0, 200)).toEqual(listed.map(facts));
  });

  test('the columns are all facts of an order, and of a line', () => {
    const { shape } = orderDetail;
    const isPart = (name: string) => /"items":\{"type":"object"/.test(JSON.stringify(shapeOf(name)));
    const shapeOf = (name: string) => shape[name as keyof typeof shape].toJSONSchema();
    const facts = Object.keys(shape).filter((name) => !isPart(name) && !name.startsWith('body'));
    expect(Object.keys(ORDER_COLUMNS).toSorted()).toEqual(facts.toSorted());
  });

  test.each(SHOPS)('%s gets its own orders and no others', async (shop) => {
    const { rows } = await all(`orders?shop=${shop}`);
    expect(rows).toHaveLength(PER_SHOP);
    expect([...new Set(rows.map((row) => row.shop))]).toEqual([shop]);
  });

  test.each([
    // At the day's end, the three orders of that day are included; without a creation time, none is.
    ['from=2026-10-01&to=2026-10-10', 2 * 30],
    ['from=2026-10-03&to=2026-10-03', 2 * 3],
    ['from=2026-10-03T00:00:00Z&to=2026-10-03T00:00:00Z', 0],
    ['from=2026-10-03T02:00:00%2B02:00&to=2026-10-04T00:00:00Z', 2 * 3],
    ['to=2026-10-01T00:00:00.001Z', 2 * 3],
    [`from=2026-12-01&shop=${SHOPS[1]}`, 3 * (100 - 61)],
    ['from=2000-01-01', 2 * 300],
    ['name=%231', 2],
    ['status=shipped&parked=1', 0],
  ])('%s: %i orders', async (query, count) => {
    const { rows, end } = await all(`orders?${query}`);
    expect(rows).toHaveLength(count);
    expect(end).toEqual({ rows: count });
  });

  test('an export that was cut is continued after its last position: every order once', async () => {
    const first = readMarked(await cutAt(stories.served, 'orders?format=marked', '$cursor'));
    expect(first.end).toBeNull();
    const read = first.rows.slice(0, 200 * first.cursors.length);
    const rest = await all(`orders?after=${first.cursors.at(-1)}`);
    expect(keysOf([...read, ...rest.rows])).toEqual(keysOf((await all('orders')).rows));
  });

  test('each batch is one query', async () => {
    const { commands } = stories.inside;
    const before = commands.length;
    await all('orders');
    // Five batches. The fourth has the last order with a creation time and the first without one: two queries.
    expect(commands.slice(before).filter((name) => name === 'find').length).toBeLessThanOrEqual(7);
  });

  test('as CSV: a header, a row for each order, plain decimals', async () => {
    const { text, headers } = await stories.get(
      `/exports/orders?format=csv&shop=${SHOPS[0]}&from=2026-10-02&to=2026-10-02`,
    );
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toMatch(/^attachment; filename="orders-\d{4}-\d\d-\d\d\.csv"$/);
    const [head, ...rows] = text.split('\r\n').slice(0, -1);
    expect(head).toBe(Object.keys(ORDER_COLUMNS).join(','));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toContain(',2026-10-02T00:00:00.000Z,');
    expect(rows[0]).toContain(',5.07,');
  });

  test('as NDJSON: only rows', async () => {
    const { text } = await stories.get(`/exports/orders?shop=${SHOPS[0]}&name=%231`);
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toMatchObject({ shop: SHOPS[0], name: '#1', totalPrice: '1.07', tags: [] });
  });

  test('a damaged order does not stop the export: its row says what is damaged', async () => {
    const { collection } = stories.inside.collections.orders;
    const key = keyOf('5820000000005', SHOPS[1]);
    const stored = await collection.findOne({ _id: key as never });
    await collection.updateOne({ _id: key as never }, { $set: { lines: 'gone' } });
    try {
      const orders = await all('orders');
      const lines = await all('lines');
      expect(orders.rows).toHaveLength(2 * PER_SHOP);
      const damage = ['order.lines: expected a list, found text'];
      const row = { shop: SHOPS[1], orderId: '5820000000005', damage };
      expect(orders.rows.filter((each) => String(each.damage) !== '')).toEqual([
        expect.objectContaining({ ...row, totalPrice: null }),
      ]);
      expect(lines.rows.filter((each) => each.lineId === null)).toEqual([expect.objectContaining(row)]);
    } finally {
      await collection.replaceOne({ _id: key as never }, stored!);
    }
  });

  test('lines: one row each, with their order', async () => {
    const order = await lived(stories.inside, 3);
    const { json } = await stories.get(`/orders/${order}`);
    const { rows, columns, end } = await all('lines?shop=example.myshopify.com');
    const shown = json.lines as Record<string, unknown>[];
    expect(shown.length).toBeGreaterThan(0);
    expect(rows.map(({ lineId, price, sku }) => ({ id: lineId, price, sku }))).toEqual(
      shown.map(({ id, price, sku }) => ({ id, price, sku })),
    );
    for (const row of rows)
      expect(row).toMatchObject({ name: json.name, currency: json.currency, damage: [] });
    expect(columns.map(({ name }) => name)).toEqual(Object.keys(LINE_COLUMNS));
    const known = new Set([...Object.keys(LINE_COLUMNS), 'id']);
    expect(shown.flatMap((line) => Object.keys(line)).filter((name) => !known.has(name))).toEqual([]);
    expect(end).toEqual({ rows: shown.length });
  });

  test('bodies: for operators with a reason, audited', async () => {
    const order = await lived(stories.inside, 4);
    const place = 'orders?shop=example.myshopify.com&bodies=1';
    expect((await stories.get(`/exports/${place}&reason=to+look`)).status).toBe(403);
    const without = await stories.get(`/exports/${place}`, 'operator');
    expect({ status: without.status, json: without.json }).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/^reason: /) },
    });
    const { rows, columns } = await all(`${place}&reason=to+look`, 'operator');
    expect(columns.at(-1)).toEqual({ name: 'body', kind: 'json' });
    const row = rows.find(({ orderId }) => order.endsWith(`/${String(orderId)}`));
    const shown = await stories.get(`/orders/${order}?reason=to+look`, 'operator');
    expect(row?.body).toEqual(shown.json.body);
    expect(row?.body).toBeTruthy();
    expect(stories.served.acts.filter(({ action }) => action === 'order.export')).toEqual([
      expect.objectContaining({ role: 'viewer', outcome: 'refused' }),
      expect.objectContaining({
        role: 'operator',
        outcome: 'done',
        reason: 'to look',
        target: 'example.myshopify.com',
      }),
    ]);
  });

  test.each([
    ['from=yesterday', 'from'],
    ['to=2026-13-01', 'to'],
    ['from=2026-11-01T00:00:00', 'from'],
    ['format=xlsx', 'format'],
    ['after=garbage', 'cursor'],
    ['limit=5', 'limit'],
    ['shop[$ne]=', 'shop[$ne]'],
  ])('%s: 400 that names it', async (query, name) => {
    const { status, json } = await stories.get(`/exports/orders?${query}`);
    expect({ status, name: String(json.error).split(':')[0] }).toEqual({ status: 400, name });
  });
});
