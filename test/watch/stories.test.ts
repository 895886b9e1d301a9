import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { journalEntry } from './journal-entry.ts';
import { ServedDashboard } from './served-dashboard.ts';

const SHOP = 'example.myshopify.com';
const BODY = '{ "id" : 820982911946154508, "note":"<b>déjà</b> ☕ \\u0000 $where", "a.b":{"$ne":1.0} }\n';

describe('P8: what became of an event can be read', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());

  test.each([
    ['/api/orders/example.myshopify.com/404', 'no such order in the collection orders'],
    ['/api/orders/example.myshopify.com/-', 'no such order in the collection orders'],
    ['/api/orders/example.myshopify.com/0', 'no such order in the collection orders'],
    ['/api/orders/example.myshopify.com%2f1/2', 'no such order in the collection orders'],
    ['/api/orders/%7B%22$ne%22:1%7D/1', 'no such order in the collection orders'],
    [
      '/api/orders/example.myshopify.com/404/timeline',
      'no event of such an order, in the journal or waiting',
    ],
    [`/api/events/${'0'.repeat(64)}`, 'no such event in the journal'],
    ['/api/events/garbage', 'no such event in the journal'],
    ['/api/elsewhere', 'no such route'],
    ['/elsewhere', 'no such route; the API is under /api'],
  ])('%s: 404 that says what there is none of', async (place, error) => {
    const { status, json } = await dashboard.get(place);
    expect({ status, json }).toEqual({ status: 404, json: { error } });
  });

  test('an event is told without its payload, and to an operator with the exact body', async () => {
    const entry = journalEntry(BODY, { outcome: 'stale', because: 'older than the state of 10:00:02' });
    await dashboard.collections.events.create(entry);
    const told = {
      event: entry._id,
      shop: SHOP,
      order: keyOf(),
      topic: 'orders/create',
      triggeredAt: '2026-11-27T15:00:01.104512Z',
      receivedAt: new Date(RECEIVED_AT).toISOString(),
      outcome: 'stale',
      because: 'older than the state of 10:00:02',
      sequence: 1,
    };
    const { json } = await dashboard.get(`/api/events/${entry._id}`);
    expect(json).toMatchObject(told);
    expect(json).not.toHaveProperty('payload');
    const withPayload = await dashboard.get(`/api/events/${entry._id}?payload=1`, 'operator');
    expect(withPayload.json).toMatchObject({ ...told, payload: BODY });
  });

  test('a payload that is no UTF-8 is told as base64, byte for byte', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const entry = journalEntry(bytes, { order: keyOf() });
    await dashboard.collections.events.create(entry);
    const { json } = await dashboard.get(`/api/events/${entry._id}?payload=1`, 'operator');
    expect(json).toMatchObject({ payloadBase64: bytes.toString('base64') });
    expect(json).not.toHaveProperty('payload');
  });

  test('a timeline has what was applied in sequence, then what was parked, then what waits', async () => {
    const order = keyOf('77');
    const entries = [
      journalEntry('{"id":77}', { order, sequence: 2, topic: 'orders/paid' }),
      journalEntry('{', { order, sequence: null, outcome: 'parked', because: 'the body is not JSON' }),
      journalEntry('{"id":77}', { order, sequence: 1 }),
    ];
    await dashboard.collections.events.create(entries);
    const waiting = waitingEvent('orders/updated', { id: 77 }, { order });
    await dashboard.depositor.deposit(waiting, null);
    await dashboard.depositor.deposit(waiting, null);
    const { json } = await dashboard.get(`/api/orders/${SHOP}/77/timeline`);
    expect(json.entries).toMatchObject([
      { topic: 'orders/create', outcome: 'applied', sequence: 1 },
      { topic: 'orders/paid', outcome: 'applied', sequence: 2 },
      { outcome: 'parked', because: 'the body is not JSON', sequence: null },
      { topic: 'orders/updated', outcome: 'waiting', sequence: null, appliedAt: null, duplicates: 1 },
    ]);
  });

  test('what is in the spool waits', async () => {
    const { id: _id, topic } = waitingEvent('orders/paid', {});
    const { shop, order } = { shop: SHOP, order: keyOf('78') };
    await dashboard.collections.spool.create({ _id, shop, order, topic, receivedAt: new Date(RECEIVED_AT) });
    const { json } = await dashboard.get(`/api/orders/${SHOP}/78/timeline`);
    expect(json.entries).toMatchObject([{ event: _id, topic: 'orders/paid', outcome: 'waiting' }]);
  });

  test('an event that names no order has a story too', async () => {
    await dashboard.depositor.deposit(waitingEvent('orders/paid', {}, { order: keyOf('-') }), null);
    const { json } = await dashboard.get(`/api/orders/${SHOP}/-/timeline`);
    expect(json.entries).toMatchObject([{ topic: 'orders/paid', outcome: 'waiting' }]);
  });
});
