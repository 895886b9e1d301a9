import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import type { OrderKey } from '../../src/order/identity.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

const { Binary, Decimal128, ObjectId, Timestamp } = mongo;
const CANARY = 'ada.lovelace@example.com';
const REASON = 'the order was changed by hand';

/** What is set in MongoDB, and why the effect is parked. */
const CHANGES: [string, object, string][] = [
  ['a date', { 'body.created_at': new Date() }, 'order.body.created_at is a date'],
  ['an ObjectId', { 'body.customer': { id: new ObjectId() } }, 'order.body.customer.id is an ObjectId'],
  [
    'in a list',
    { 'body.line_items': [{ id: 1 }, { at: new Date() }] },
    'order.body.line_items.1.at is a date',
  ],
  ['binary data', { 'body.note': new Binary(Buffer.from(`"${CANARY}"`)) }, 'order.body.note is binary data'],
  ['text as JSON', { 'body.note': new Binary(Buffer.from(CANARY), 128) }, 'order.body.note is binary data'],
  ['a regular expression', { 'body.note': new RegExp(CANARY) }, 'order.body.note is a regular expression'],
  ['a timestamp', { 'body.note': new Timestamp(1n) }, 'order.body.note is a timestamp'],
  ['NaN', { 'body.total_price': NaN }, 'order.body.total_price is infinite or not a number'],
  [
    'infinity',
    { 'body.total_price': Decimal128.fromString('Infinity') },
    'order.body.total_price is infinite',
  ],
  ['an unusual key', { [`body.${CANARY.replace('.', '')}`]: { 'ä b': new Date() } }, 'order.body.(a key)'],
  ['a whole body', { body: new Date() }, 'order.body is a date'],
  ['a body of text', { body: CANARY }, 'order.body is not an object'],
  ['a body that is a list', { body: [CANARY] }, 'order.body is not an object'],
  ['a line of nothing', { lines: [null] }, 'order.lines.0: expected an object, found nothing'],
  [
    "another system's data",
    {
      external: {
        'erp/seen': { data: { at: new Date() }, occurredAt: new Date(), receivedAt: new Date(), public: [] },
      },
    },
    'order.external.erp/seen.data: expected an object, found nothing',
  ],
  ['another field', { lines: CANARY }, 'order.lines: expected a list, found text'],
];

describe('an order that was changed by hand', () => {
  let publishing: Publishing;
  let dashboard: ServedDashboard;
  let receiver: Receiver;
  let keys: OrderKey[] = [];
  let sound: OrderKey[] = [];
  beforeAll(async () => {
    publishing = await Publishing.open();
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri });
    receiver = await Receiver.open();
    await publishing.destination('erp', { url: receiver.url });
    await setState('paused');
    keys = await publishing.created(CHANGES.length);
    sound = await publishing.created(3);
    for (const [i, [, fields]] of CHANGES.entries()) await changeByHand(keys[i]!, fields);
    await setState('active');
    await publishing.start();
    await until(
      async () => (await publishing.effects({ state: 'parked' })).length === CHANGES.length,
      20_000,
    );
  }, 60_000);
  afterAll(async () => {
    await dashboard?.stop();
    await publishing?.close();
    await receiver?.close();
  });

  const setState = async (state: 'paused' | 'active') => {
    const { destinations } = publishing.inside.collections;
    await destinations.updateOne({ _id: 'erp' }, { $set: { state }, $inc: { revision: 1 } });
  };
  const changeByHand = async (order: OrderKey, fields: object) => {
    const { collection } = publishing.inside.collections.orders;
    const changed = await collection.updateOne({ _id: order as never }, { $set: fields });
    expect(changed.modifiedCount).toBe(1);
  };
  const keyOfNumber = (i: number) => keys[i] ?? '';

  test.each(CHANGES.map(([what, , because], i) => [what, because, i] as const))(
    '%s: its effect is parked, and says why without the value',
    async (_, because, i) => {
      const { json, text } = await dashboard.get(`/api/effects?order=${encodeURIComponent(keyOfNumber(i))}`);
      const { effects } = json as unknown as { effects: object[] };
      const lastError = expect.stringContaining(`the stored order is damaged: ${because}`);
      expect(effects).toMatchObject([{ state: 'parked', attempts: 1, lastError }]);
      expect(text).not.toContain('lovelace');
    },
  );

  test('the lanes of all other orders continue', async () => {
    await until(() => receiver.received.length === sound.length);
    expect(receiver.bodies.map(({ order }) => order.key).toSorted()).toEqual(sound.toSorted());
  });

  test('a preview says so, too, and shows the others', async () => {
    const { status, json, text } = await dashboard.post('/api/destinations/preview', { limit: 20 }, 'admin');
    expect(status).toBe(200);
    const { changes } = json as unknown as { changes: { order: string; outcome: string; error: string }[] };
    for (const [i, [, , because]] of CHANGES.entries())
      expect(changes.find(({ order }) => order === keys[i])).toMatchObject({
        outcome: 'failed',
        error: expect.stringContaining(because),
      });
    expect(changes.filter(({ outcome }) => outcome === 'sent')).toHaveLength(sound.length);
    expect(text).not.toContain('lovelace');
  });

  test('it is shown, exported and verified without its body', async () => {
    for (const query of ['', `?reason=${encodeURIComponent(REASON)}`]) {
      const { status, json } = await dashboard.get(`/api/orders/${keyOfNumber(0)}${query}`, 'operator');
      expect(status).toBe(200);
      expect(json).toMatchObject({ bodyLeftOut: expect.stringContaining('order.body.created_at is a date') });
      expect(json).not.toHaveProperty('body');
    }
    for (const place of keys)
      expect((await dashboard.get(`/api/orders/${place}`, 'operator')).status).toBe(200);
    const exported = await dashboard.get(
      `/api/exports/orders?format=ndjson&bodies=1&reason=${encodeURIComponent(REASON)}`,
      'operator',
    );
    expect(exported.status).toBe(200);
    const verified = await dashboard.get('/api/verify', 'operator');
    expect(verified.status).toBe(200);
    const wrong = JSON.stringify(verified.json);
    for (const key of keys) expect(wrong).toContain(key);
    for (const key of sound) expect(wrong).not.toContain(key);
  });

  test('after a rebuild, a replay sends it', async () => {
    const replay = { filter: { destination: 'erp', state: 'parked' }, reason: REASON };
    expect((await dashboard.post('/api/effects/replay', replay)).status).toBe(200);
    // As long as the order is damaged, it is parked again.
    await until(async () => {
      const parked = await publishing.effects({ state: 'parked', attempts: 2 });
      return parked.length === keys.length;
    });
    for (const key of keys) {
      const rebuilt = await dashboard.post(`/api/orders/${key}/rebuild`, { reason: REASON }, 'admin');
      expect([key, rebuilt.status, rebuilt.json]).toEqual([
        key,
        200,
        { did: expect.stringContaining('rebuilt') },
      ]);
    }
    await publishing.feed();
    expect((await dashboard.post('/api/effects/replay', replay)).status).toBe(200);
    await publishing.settled('erp');
    for (const key of keys) {
      const its = receiver.bodies.filter(({ order }) => order.key === key);
      expect(its.map(({ type }) => type)).toEqual(['orders/create', 'lockstep/rebuilt']);
      const id = Number(key.split('/')[1]);
      expect(its[0]).toMatchObject({ sequence: 1, data: { body: { id, total_price: '1.00' } } });
      expect(its[1]!.data).toMatchObject({ body: { id, total_price: '1.00' } });
    }
  });
});
