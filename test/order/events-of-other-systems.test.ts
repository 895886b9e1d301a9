import { describe, expect, test } from '@jest/globals';
import { decide, awaitsCreate } from '../../src/order/decide.ts';
import { isTrigger, setsOff } from '../../src/order/effects.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { isExternalType, sourceOf } from '../../src/order/external-types.ts';
import type { ExternalData } from '../../src/order/external-fact.ts';
import { externalBody, maskedData, withoutData } from '../../src/order/external.ts';
import { masked } from '../../src/order/mask.ts';
import { isAbout, withoutPersons } from '../../src/order/persons.ts';
import { SHOP_TOPICS } from '../../src/order/shop-topics.ts';
import { TOPICS } from '../../src/order/topics.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { afterBatches, at, NOW, snapshot } from './events.ts';

function external(type: string, seconds: number, data: ExternalData, receivedAt = NOW): WaitingEvent {
  const body = externalBody({ external: data, occurredAt: at(seconds), source: 'wms-berlin', public: [] });
  return waitingEvent(type, {}, { body, webhookId: null, receivedAt });
}

const created = snapshot('orders/create', 0);

describe('types of other systems', () => {
  test.each(['wms/picked', 'erp/posted-twice', 'pos_2/scan_1'])('%s can be one', (type) => {
    expect(isExternalType(type)).toBe(true);
  });

  test.each([
    ...Object.keys(TOPICS),
    ...Object.keys(SHOP_TOPICS),
    'orders/anything',
    'products/update',
    'fulfillment_orders/moved',
    'lockstep/rebuilt',
    'reconcile/order',
    'wms',
    'wms/',
    '/picked',
    'wms/picked/twice',
    'WMS/picked',
    'wms/pic.ked',
    'wms/picked\n',
    '__proto__/x',
    '1/x',
    `${'w'.repeat(41)}/picked`,
  ])('%j cannot', (type) => {
    expect(isExternalType(type)).toBe(false);
  });

  test('the first part is the system', () => expect(sourceOf('wms/picked')).toBe('wms'));
});

describe('an event of another system', () => {
  test('is kept apart from what Shopify says', () => {
    const before = afterBatches([[created]]);
    const event = external('wms/picked', 5, { boxes: 2 });
    const { order, ended } = decide(keyOf(), before, [event], NOW);
    expect(ended[0]?.applied).toMatchObject({ outcome: 'applied', sequence: 2 });
    const { external: facts, applied: _, committed, ...rest } = order!;
    expect(facts).toEqual({
      'wms/picked': expect.objectContaining({ data: { boxes: 2 }, source: 'wms-berlin', eventId: event.id }),
    });
    expect(committed).toMatchObject({ changed: ['external'], events: [{ topic: 'wms/picked' }] });
    const { applied: __, committed: ___, ...were } = before;
    const moved = { sequence: 2, position: order!.position, furthest: order!.furthest };
    expect(rest).toEqual({ ...were, ...moved });
  });

  test("stays whatever Shopify's bodies say later", () => {
    const event = external('wms/picked', 5, { boxes: 2 });
    const order = afterBatches([[created], [event], [snapshot('orders/updated', 9)]]);
    expect(order.external?.['wms/picked']?.data).toEqual({ boxes: 2 });
  });

  test('the newest of a type counts; an older one is stale, and says why', () => {
    const newer = external('wms/picked', 5, { boxes: 2 });
    const older = external('wms/picked', 3, { boxes: 1 });
    const before = afterBatches([[created], [newer]]);
    const { order, ended } = decide(keyOf(), before, [older], NOW);
    expect(ended[0]?.applied).toMatchObject({
      outcome: 'stale',
      because: 'older than wms/picked (10:00:05)',
    });
    expect(order?.external?.['wms/picked']?.data).toEqual({ boxes: 2 });
  });

  test('of another type is late, if it happened before what was applied', () => {
    const before = afterBatches([[created], [external('wms/picked', 5, {})]]);
    const { ended } = decide(keyOf(), before, [external('erp/posted', 3, {})], NOW);
    expect(ended[0]?.applied).toMatchObject({
      outcome: 'late',
      because: 'processed after wms/picked (10:00:05); only new data was applied',
    });
  });

  test('does not happen after its arrival, even if the clock of its sender is fast', () => {
    const receivedAt = Date.parse(at(1));
    const order = afterBatches([[created], [external('wms/picked', 200, {}, receivedAt)]]);
    expect(order.external?.['wms/picked']?.occurredAt).toBe(receivedAt);
  });

  test('waits for the create of its order, and then makes the order like any part', () => {
    const event = external('wms/picked', 5, { boxes: 2 });
    expect(awaitsCreate(null, [event])).toBe(true);
    const alone = afterBatches([[event]]);
    expect(alone).toMatchObject({ status: 'created', statusHistory: [], snapshot: null });
    const after = afterBatches([[event], [created]]);
    expect(after).toMatchObject({ status: 'awaiting_shipment', name: '#1001' });
    expect(after.external).toEqual(alone.external);
  });

  test('is parked if the intake did not make its body', () => {
    const { rejected } = decide(keyOf(), null, [waitingEvent('wms/picked', { id: 1 })], NOW);
    expect(rejected[0]?.because).toBe('wms/picked: the body is not one that the intake made');
  });

  test('keys such as __proto__ are ordinary keys', () => {
    const data = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as ExternalData;
    const order = afterBatches([[created], [external('wms/picked', 5, data)]]);
    expect(JSON.stringify(order.external?.['wms/picked']?.data)).toBe(JSON.stringify(data));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('effects of an event of another system', () => {
  test('a destination can ask for its type', () => {
    expect(isTrigger('wms/picked')).toBe(true);
    expect(isTrigger('lockstep/other')).toBe(false);
    const before = afterBatches([[created]]);
    const { order } = decide(keyOf(), before, [external('wms/picked', 5, {})], NOW);
    const change = order!.committed!.events[0]!;
    expect(setsOff({ on: ['wms/picked'], shops: null }, 'example.myshopify.com', change)).toBe(true);
    expect(setsOff({ on: ['status:awaiting_shipment'], shops: null }, 'example.myshopify.com', change)).toBe(
      false,
    );
  });
});

describe('its data is private', () => {
  const data = { picker: 'Jane', boxes: 2, rows: [{ bin: 'A1', by: 'Joe' }], done: true, 'a/b': 'x' };
  const body = externalBody({ external: data, occurredAt: at(0), source: 'wms', public: [] });

  test('where bodies are shown masked', () => {
    const text = masked(body)!;
    expect(text).not.toMatch(/Jane|A1|Joe|2,/);
    expect(JSON.parse(text)).toMatchObject({ occurredAt: at(0), source: 'wms' });
  });

  test('in orders, except for what its type declares public', () => {
    expect(maskedData(data, [])).toEqual({
      picker: '(masked)',
      boxes: '(masked)',
      rows: [{ bin: '(masked)', by: '(masked)' }],
      done: true,
      'a/b': '(masked)',
    });
    expect(maskedData(data, ['/boxes', '/rows/*/bin', '/a~1b', '/nothing/here', '/__proto__/x'])).toEqual({
      picker: '(masked)',
      boxes: 2,
      rows: [{ bin: 'A1', by: '(masked)' }],
      done: true,
      'a/b': 'x',
    });
  });

  test('a redaction removes all of it', () => {
    const empty = withoutPersons(body);
    expect(JSON.parse(empty.toString())).toEqual({
      external: {},
      occurredAt: at(0),
      source: 'wms',
      public: [],
    });
    expect(withoutPersons(empty)).toEqual(empty);
    expect(withoutData(Buffer.from('{"id":1,"external":{"a":1}}'))).toBeNull();
    expect(isAbout(body, { customer: '7', order: 'theirs' })).toBe(true);
    expect(isAbout(body, { customer: '7', order: 'other' })).toBe(false);
  });
});
