import { describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { readShopEvent } from '../../src/order/shop-event.ts';
import { SHOP_TOPICS, type ShopTopic } from '../../src/order/shop-topics.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ADA, redactBody, requestBody } from './persons.ts';

const SHOP = 'example.myshopify.com';
const TOPICS = Object.keys(SHOP_TOPICS) as ShopTopic[];
/** As Shopify documents them. */
const BODIES: Record<ShopTopic, object> = {
  'app/uninstalled': { id: 1, name: 'A shop', myshopify_domain: null },
  'app/scopes_update': { id: 1, shop_id: 'gid://shopify/Shop/1', previous: ['a'], current: ['a', 'b'] },
  'customers/data_request': requestBody(ADA, [1, 2], SHOP),
  'customers/redact': redactBody(ADA, [820982911946154], SHOP),
  'shop/redact': { shop_id: 1, shop_domain: SHOP },
};
const read = (topic: string, body: unknown, more = {}) =>
  readShopEvent(waitingEvent(topic, body, { order: keyOf('-'), ...more }));

describe('P1: a signed body sent under a different topic about the shop', () => {
  test.each(TOPICS)('%s accepts its own body', (topic) => {
    expect(read(topic, BODIES[topic])).toMatchObject({ ok: true, event: { topic, shop: SHOP } });
  });

  test.each(
    TOPICS.flatMap((topic) => TOPICS.filter((other) => other !== topic).map((other) => [topic, other])),
  )('%s does not accept a body of %s', (topic, other) => {
    expect(read(topic!, BODIES[other as ShopTopic])).toMatchObject({ ok: false });
  });

  test.each(TOPICS)('%s does not accept a body of any order topic', (topic) => {
    const life = lifeOf(randomFrom(1), SHOP, 1, new Date('2026-11-20T10:00:00Z'));
    expect(life.length).toBeGreaterThan(5);
    for (const { body } of life) expect(read(topic, null, { body })).toMatchObject({ ok: false });
    const order = { id: 1, shop_id: 1, customer: { id: 7 }, line_items: [] };
    expect(read(topic, order)).toMatchObject({ ok: false });
  });

  test.each([
    ['no customer', { customer: undefined }],
    ['a customer without an id', { customer: { email: 'a@b.c' } }],
    ['an invalid id', { customer: { id: { $ne: null } } }],
    ['invalid orders', { orders_to_redact: [{ $gt: '' }] }],
    ['orders that are not a list', { orders_to_redact: 'all' }],
    ['no shop', { shop_id: undefined }],
  ])('a redaction request with %s is parked, and the reason contains no personal data', (_what, wrong) => {
    const reading = read('customers/redact', { ...BODIES['customers/redact'], ...wrong });
    expect(reading).toMatchObject({ ok: false });
    expect(JSON.stringify(reading)).not.toMatch(/canary|a@b/);
  });

  test('ids beyond 2^53 are exact, and a missing time is replaced by the arrival', () => {
    const body = Buffer.from(
      '{"shop_id":1,"customer":{"id":820982911946154508},"orders_to_redact":[820982911946154511]}',
    );
    const receivedAt = Date.UTC(2026, 10, 27);
    expect(read('customers/redact', null, { body, receivedAt, triggeredAt: null })).toMatchObject({
      event: { customer: '820982911946154508', orders: ['820982911946154511'], at: receivedAt },
    });
  });

  test('a time after the arrival is replaced by the arrival, so that later messages count', () => {
    const receivedAt = Date.UTC(2026, 10, 27);
    for (const [triggeredAt, at] of [
      ['2031-01-01T00:00:00Z', receivedAt],
      ['2026-11-26T00:00:00Z', Date.UTC(2026, 10, 26)],
    ] as const)
      expect(read('app/uninstalled', BODIES['app/uninstalled'], { receivedAt, triggeredAt })).toMatchObject({
        event: { at },
      });
  });
});
