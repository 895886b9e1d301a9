import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { OrderKey } from '../../src/order/identity.ts';
import type { ComparedPart } from '../../src/operate/shapes/comparisons.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { TOKEN_KEYS } from '../operate/stored-effects.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { Publishing } from './publishing.ts';
import { Receiver, type Body } from './receiver.ts';

const REASON = 'the ERP restored a backup';
const REPAIRED = 'lockstep/repaired';

interface Repair extends Body {
  event: null;
  moved: null;
  dataIsNewer?: boolean;
}

describe('a repair after a comparison', () => {
  let publishing: Publishing;
  let dashboard: ServedDashboard;
  let receiver: Receiver;
  /** The other side's orders, as its read-back shows them. */
  let shelf: Server;
  let held: { key: string; version: number }[] = [];
  let secret = '';
  let orders: OrderKey[] = [];
  beforeAll(async () => {
    publishing = await Publishing.open();
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri, settings: { TOKEN_KEYS } });
    receiver = await Receiver.open();
    shelf = createServer((_, response) => {
      const sorted = held.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ orders: sorted, next: null }));
    }).listen(0, '127.0.0.1');
    await once(shelf, 'listening');
    const readBack = { kind: 'http', url: `http://127.0.0.1:${(shelf.address() as AddressInfo).port}/` };
    const fields = { url: receiver.url, readBack, allowPrivate: true, reason: REASON };
    // Not `lockstep/repaired`: a repair was asked for, whatever `on` says.
    const on = ['orders/create', 'orders/cancelled'];
    const { json } = await dashboard.put('/api/destinations/erp', { ...fields, on }, 'admin');
    secret = (json as unknown as { secret: string }).secret;
    await publishing.start();
    orders = await publishing.created(4);
    await publishing.settled('erp');
  }, 60_000);
  afterAll(async () => {
    await dashboard?.stop();
    await publishing?.close();
    await receiver?.close();
    shelf?.close();
  });

  const bodiesOf = (order: OrderKey) =>
    receiver.bodies.filter((body) => body.order.key === order) as Repair[];
  const changed = async (order: OrderKey, price: string, topic = 'orders/updated') => {
    const id = Number(order.split('/')[1]);
    const body = { id, name: `#${id}`, total_price: price, updated_at: `2026-11-28T00:00:${price}Z` };
    await publishing.apply([waitingEvent(topic, body, { order })]);
  };
  /** What the comparison names, and no other order. */
  const compareAndRepair = async (): Promise<OrderKey[]> => {
    const compared = await dashboard.post('/api/destinations/erp/compare', {});
    const named = (compared.json as unknown as ComparedPart).differences.map(({ order }) => order);
    const asked = { orders: named, reason: REASON };
    expect((await dashboard.post('/api/destinations/erp/repair', asked)).status).toBe(200);
    return named as OrderKey[];
  };
  test('arrives once for each order that was named, signed, with the present body', async () => {
    const [missing, older, same, other] = orders as [OrderKey, OrderKey, OrderKey, OrderKey];
    // The destination does not want this topic, so the other side is right to have version 1.
    await changed(missing, '07');
    held = [older, same, other].map((key) => ({ key, version: key === older ? 0 : 1 }));
    expect((await compareAndRepair()).toSorted()).toEqual([missing, older].toSorted());
    await publishing.settled('erp');
    // The comparison and the repair are repeated before the other side has stored them.
    await compareAndRepair();
    await publishing.settled('erp');

    expect(receiver.bodies.filter(({ type }) => type === REPAIRED)).toHaveLength(2);
    for (const [order, version, price] of [
      [missing, 2, '07'],
      [older, 1, '1.00'],
    ] as const) {
      const [first, repair, ...more] = bodiesOf(order);
      expect([first?.type, more]).toEqual(['orders/create', []]);
      const id = Number(order.split('/')[1]);
      expect(repair).toMatchObject({
        type: REPAIRED,
        order: { key: order, id: String(id), name: `#${id}` },
        sequence: null,
        version,
        event: null,
        moved: null,
        data: { version, body: { id, name: `#${id}`, total_price: price } },
      });
      expect(repair).not.toHaveProperty('dataIsNewer');
      const { headers, text } = receiver.received.find((each) => each.id === repair!.id)!;
      const signed = headers as Record<string, string>;
      expect(new Webhook(secret).verify(text, signed)).toEqual(repair);
      expect(() => new Webhook(secret).verify(text.replace(price, '9'), signed)).toThrow('signature');
    }
    for (const order of [same, other])
      expect(bodiesOf(order).map(({ type }) => type)).toEqual(['orders/create']);
  });

  test('comes in sequence with live effects of its lane: behind earlier ones, before later ones', async () => {
    const [order] = (await publishing.created(1)) as [OrderKey];
    await publishing.settled('erp');
    held = orders.map((key) => ({ key, version: 9 }));
    receiver.answering = () => ({ status: 500 });
    expect(await compareAndRepair()).toEqual([order]);
    const { effects } = publishing.inside.collections;
    await until(async () => (await effects.countDocuments({ order, state: 'failing' })) === 1);
    await changed(order, '08');
    await changed(order, '09', 'orders/cancelled');
    await until(async () => (await effects.countDocuments({ order, open: true })) === 2);
    receiver.answering = () => ({ status: 200 });
    await publishing.hurry();
    await publishing.settled('erp');

    const its = bodiesOf(order);
    expect(its.map(({ type, version, sequence }) => [type, version, sequence])).toEqual([
      ['orders/create', 1, 1],
      [REPAIRED, 1, null],
      [REPAIRED, 1, null],
      ['orders/cancelled', 3, 3],
    ]);
    // The attempt that failed and the one that was accepted are one message.
    expect(its[2]!.id).toBe(its[1]!.id);
    expect(its[1]).toMatchObject({ data: { version: 1, body: { total_price: '1.00' } } });
    // Made again when it is sent: the order has changed, and it says so.
    const newest = { version: 3, body: { total_price: '09' } };
    expect(its[2]).toMatchObject({ dataIsNewer: true, data: newest });
    expect(its[3]).toMatchObject({ data: newest });
  });

  test('waits while an effect of its order is on its way, and is asked for again after it', async () => {
    const order = keyOf('59001');
    receiver.answering = () => ({ status: 500 });
    const body = { id: 59_001, name: '#59001', total_price: '3.00' };
    await publishing.apply([waitingEvent('orders/create', body, { order })]);
    await until(async () => (await publishing.effects({ order, state: 'failing' })).length === 1);
    held = orders.map((key) => ({ key, version: 9 }));
    expect(await compareAndRepair()).not.toContain(order);
    const asked = { orders: [order], reason: REASON };
    const early = await dashboard.post('/api/destinations/erp/repair', asked);
    expect(early.json).toMatchObject({ effects: 0, onItsWay: 1 });
    receiver.answering = () => ({ status: 200 });
    await publishing.hurry();
    await publishing.settled('erp');
    await compareAndRepair();
    await publishing.settled('erp');
    expect(
      bodiesOf(order)
        .map(({ type }) => type)
        .slice(-2),
    ).toEqual(['orders/create', REPAIRED]);
    expect(bodiesOf(order).filter(({ type }) => type === REPAIRED)).toHaveLength(1);
  });
});
