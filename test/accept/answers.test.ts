import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http } from '../support/http.ts';
import { MAX_BODY_BYTES, ServedIngest, SHOP } from './served-ingest.ts';

const EVENT: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);

/** The answers of docs/install-on-a-store.md, row by row. 401: signatures.test.ts; 503: redis-down.test.ts. */
describe("ingest's answers", () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test('new event: 200 accepted with the event, which is already in its mailbox (P2)', async () => {
    const { status, json } = await ingest.send('{"id":1}');
    expect({ status, json }).toEqual({ status: 200, json: { outcome: 'accepted', event: EVENT } });
    expect(await ingest.waitingIn(`${SHOP}/1`)).toBe(1);
  });

  test('seen before: 200 duplicate with the same event and when it was first seen', async () => {
    const before = Date.now();
    const first = await ingest.send('{"id":2}');
    const { status, json } = await ingest.send('{"id":2}');
    expect(status).toBe(200);
    expect(json).toEqual({ outcome: 'duplicate', event: first.json.event, firstSeenAt: expect.any(String) });
    expect(Date.parse(String(json.firstSeenAt))).toBeGreaterThanOrEqual(before - 1000);
    expect(await ingest.waitingIn(`${SHOP}/2`)).toBe(1);
  });

  test('unhandled topic: 200 ignored, and nothing is stored', async () => {
    const keys = await ingest.redis.dbsize();
    for (const topic of [
      'checkouts/create',
      'inventory_levels/update',
      'no/such_topic',
      'constructor/name',
    ]) {
      const { status, json } = await ingest.send('{"id":3}', { topic });
      expect({ status, json }).toEqual({ status: 200, json: { outcome: 'ignored' } });
    }
    expect(await ingest.redis.dbsize()).toBe(keys);
  });

  test.each(['draft_orders/create', 'fulfillments/create', 'order_transactions/create', 'disputes/create'])(
    '%s with a body that names no order: 200 ignored',
    async (topic) => {
      const { json } = await ingest.send('{"id":3,"order_id":null}', { topic });
      expect(json).toEqual({ outcome: 'ignored' });
    },
  );

  test('unreadable for its topic: 200 parked with the reason, stored for the operator (P7, P8)', async () => {
    const { status, json } = await ingest.send('{"id":5}', { topic: 'refunds/create' });
    const because = 'refunds/create has no order id: order_id is missing';
    expect({ status, json }).toEqual({ status: 200, json: { outcome: 'parked', event: EVENT, because } });
    expect(await ingest.waitingIn(`${SHOP}/-`)).toBe(1);
  });

  test('over the limit: 413 too_large; exactly at the limit: accepted', async () => {
    const sized = (bytes: number) => `{"id":4,"note":"${'x'.repeat(bytes - '{"id":4,"note":""}'.length)}"}`;
    const { status, json } = await ingest.send(sized(MAX_BODY_BYTES + 1));
    expect({ status, json }).toEqual({ status: 413, json: { outcome: 'too_large' } });
    expect((await ingest.send(sized(MAX_BODY_BYTES))).json.outcome).toBe('accepted');
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s: 405 that allows POST', async (method) => {
    for (const path of ['/webhooks', '/webhooks/orders/create']) {
      const { status, headers, json } = await ingest.send('', { method, path });
      expect(status).toBe(405);
      expect(headers.allow).toBe('POST');
      expect(json).toEqual({ outcome: 'method_not_allowed' });
    }
  });

  test.each(['/', '/webhook', '/api/orders', '/webhooks/%ff', '/..%2f..%2fetc'])('%s: 404', async (path) => {
    const { status, json } = await ingest.send('{"id":5}', { path });
    expect({ status, json }).toEqual({ status: 404, json: { outcome: 'not_found' } });
  });

  test('any path below /webhooks works: the header names the topic', async () => {
    const { json } = await ingest.send('{"order_id":6}', { topic: 'refunds/create', path: '/webhooks/a/b' });
    expect(json.outcome).toBe('accepted');
  });

  test('no answer reveals the server software', async () => {
    const { headers } = await http(`${ingest.url}/`);
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });
});
