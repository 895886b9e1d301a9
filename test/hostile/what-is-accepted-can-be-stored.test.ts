import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { decompress } from '../../src/system/payload.ts';
import { depositAll, journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';

/**
 * Whatever a signed body says: if ingest accepts it, a drain must be able to store it in MongoDB, or to park
 * it.
 */
describe('hostile bodies, drained', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  let orders = 0;
  const fields = '"name":"#1","updated_at":"2026-11-27T10:00:00Z"';
  async function drained(id: number, body: string) {
    const order = keyOf(String(id));
    await depositAll(inside, [waitingEvent('orders/create', null, { order, body: Buffer.from(body) })]);
    expect(await drainOrder(order, inside.tools)).toEqual({ outcome: 'drained', events: 1 });
    const [entry] = await journalOf(inside, order);
    return { order: await inside.tools.orders.load(order), entry };
  }

  test.each<[string, string, unknown]>([
    ['a NUL in a text', '"name":"a\\u0000b"', 'a\0b'],
    ['half a surrogate pair', '"name":"\\ud800"', '\ufffd'],
    ['an operator as a text', '"name":"$where"', '$where'],
    ['operators as keys', `${fields},"$set":{"status":"refunded"},"$where":"sleep(9)"`, '#1'],
    ['dotted keys', `${fields},"facts.financialStatus":"paid","a.b":1`, '#1'],
    ['empty keys', `${fields},"":{"":{"":1}}`, '#1'],
    [
      'keys of Object.prototype',
      `${fields},"__proto__":{"status":"refunded"},"constructor":{"prototype":{"x":1}}`,
      '#1',
    ],
    ['_id and version', `${fields},"_id":"other","version":99,"applied":[],"status":"refunded"`, '#1'],
    ['the last of two equal keys', '"name":"first","name":"last"', 'last'],
    ['a text of a megabyte', `"name":"${'x'.repeat(1_000_000)}"`, 'x'.repeat(1_000_000)],
    ['100,000 levels', `${fields},"a":${'['.repeat(100_000)}${']'.repeat(100_000)}`, '#1'],
  ])('%s: applied, and only known fields are stored', async (_case, said, name) => {
    const id = (orders += 1);
    const body = `{"id":${id},${said}}`;
    const { order, entry } = await drained(id, body);
    expect(entry).toMatchObject({ outcome: 'applied', sequence: 1 });
    expect(order).toMatchObject({ name, version: 1, status: 'created', orderId: String(id) });
    const payload = entry?.payload as unknown as { buffer: Uint8Array };
    expect(decompress(payload.buffer).toString()).toBe(body);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  test.each([
    ['a million lines that are not lines', `{"line_items":[${'{},'.repeat(999_999)}{}]}`],
    [
      'half a million lines, more than a document can hold',
      `{"line_items":[${'{"id":1},'.repeat(499_999)}{"id":1}]}`,
    ],
  ])('%s: parked, not retried forever', async (_case, body) => {
    const { order, entry } = await drained(body.length, body);
    expect(entry).toMatchObject({
      outcome: 'parked',
      because: expect.stringMatching(/line_items: expected a list of at most 10000 items/),
    });
    expect(order).toBeNull();
  });

  test('no collection was created, and no order except the named ones', async () => {
    const names = (await inside.client.db(inside.collections.orders.db.name).listCollections().toArray()).map(
      (each) => each.name,
    );
    const own = Object.values(inside.collections).map((model): string => model.collection.collectionName);
    expect(names.toSorted()).toEqual(own.toSorted());
    expect(await inside.collections.orders.countDocuments({})).toBe(11);
  });
});
