import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_TOPICS } from '../../src/order/topics.ts';
import { createMetrics } from '../../src/system/metrics.ts';
import { ServedIngest, SHOP, signatureOf } from './served-ingest.ts';

const FIXTURES = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures');
const IGNORED = { status: 200, json: { outcome: 'ignored' } };
const CLASSIC = {
  'x-shopify-topic': undefined,
  'x-shopify-shop-domain': undefined,
  'x-shopify-webhook-id': undefined,
  'x-shopify-triggered-at': undefined,
  'x-shopify-hmac-sha256': undefined,
};

/** An Event as Shopify delivers it over HTTPS, and a body of each documented shape. */
const EVENT = {
  topic: 'Order',
  action: 'update',
  handle: 'lockstep-order',
  fields_changed: { added: [], updated: ['order.displayFulfillmentStatus'], removed: [] },
  query_variables: { orderId: 'gid://shopify/Order/1' },
};
const SHAPES: [string, object][] = [
  ['without a query', EVENT],
  ['with data', { ...EVENT, data: { order: { id: 'gid://shopify/Order/1' } } }],
  ['with null and errors', { ...EVENT, data: { order: null }, errors: [{ message: 'no access' }] }],
  ['in the format before 2026-09-16', { ...EVENT, fields_changed: ['order.tags'] }],
  [
    'as a stub',
    { topic: 'Order', action: 'create', handle: 'h', payload_url: 'https://x', payload_size_bytes: 1 },
  ],
  ['with an unknown topic', { ...EVENT, topic: 'Rollout', action: 'archive' }],
];

describe("Shopify's Events are not refused", () => {
  const metrics = createMetrics();
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start({ metrics });
  });
  afterAll(() => ingest.stop());

  function eventHeaders(body: string, more: Record<string, string> = {}) {
    return {
      ...CLASSIC,
      'shopify-topic': 'Order',
      'shopify-action': 'update',
      'shopify-handle': 'lockstep-order',
      'shopify-shop-domain': SHOP,
      'shopify-api-version': '2026-10',
      'shopify-webhook-id': 'c00b3a6e-ce90-34a5-a80d-2eddf238d458',
      'shopify-triggered-at': '2026-09-26T18:01:25.238833Z',
      'shopify-hmac-sha256': signatureOf(body),
      ...more,
    };
  }
  const counted = async () =>
    (await metrics.received.get()).values
      .filter(({ labels }) => labels.outcome === 'ignored')
      .map(({ labels, value }) => [labels.topic, value]);

  test.each(SHAPES)('%s: 200 ignored, nothing stored', async (_case, event) => {
    const body = JSON.stringify(event);
    const { status, json } = await ingest.send(body, { headers: eventHeaders(body) });
    expect({ status, json }).toEqual(IGNORED);
    expect(await ingest.redis.dbsize()).toBe(0);
  });

  test('counted by the topic in the signed body; unknown topics count as other', async () => {
    metrics.received.reset();
    for (const topic of [...EVENT_TOPICS, 'Rollout', 'Made up'.repeat(100)]) {
      const body = JSON.stringify({ ...EVENT, topic });
      await ingest.send(body, { headers: eventHeaders(body, { 'shopify-topic': 'Lied' }) });
    }
    expect(await counted()).toEqual([...EVENT_TOPICS.map((topic) => [topic, 1]), ['other', 2]]);
  });

  test.each(['orders/updated', 'draft_orders/update', 'customers/redact', 'app/uninstalled', 'Product'])(
    'with %s in the classic headers, with and without Event headers: ignored, because of the body',
    async (topic) => {
      const body = JSON.stringify(EVENT);
      const classic = { 'x-shopify-topic': topic, 'x-shopify-shop-domain': SHOP };
      for (const headers of [{}, { ...eventHeaders(body), ...classic }]) {
        const { status, json } = await ingest.send(body, { topic, headers });
        expect({ status, json }).toEqual(IGNORED);
      }
      expect(await ingest.redis.dbsize()).toBe(0);
    },
  );

  test('both families: shopify-* counts, and the other family does not replace its bad signature', async () => {
    const body = JSON.stringify({ order_id: 7 });
    const both = (signature: string) => ({
      'shopify-topic': 'refunds/create',
      'shopify-hmac-sha256': signature,
    });
    const topic = 'orders/create';
    const bad = await ingest.send(body, { topic, headers: both(signatureOf(body, 'another')) });
    expect(bad.json).toEqual({ outcome: 'forged' });
    const good = await ingest.send(body, { topic, headers: both(signatureOf(body)) });
    expect(good.json).toMatchObject({ outcome: 'accepted' });
    expect(await ingest.waitingIn(`${SHOP}/7`)).toBe(1);
  });

  test.each(['customer.tags_added', 'customer.joined_segment', 'Metaobject', 'ORDERS_CREATE', 'Shop/Update'])(
    'a topic spelled %s is ignored, not refused',
    async (topic) => {
      const { status, json } = await ingest.send('{"id":1}', { topic });
      expect({ status, json }).toEqual(IGNORED);
    },
  );

  const documented = path.join(FIXTURES, 'topics-entities.json');
  (existsSync(documented) ? test : test.skip)('no documented topic is refused', async () => {
    const text = readFileSync(documented, 'utf8');
    const topics = new Set([...text.matchAll(/"topic": ?"([^"]+)"/g)].map(([, topic = '']) => topic));
    expect(topics.size).toBeGreaterThan(200);
    for (const topic of topics) {
      const { status } = await ingest.send('{"id":1}', { topic });
      expect({ topic, status }).toEqual({ topic, status: 200 });
    }
  });
});
