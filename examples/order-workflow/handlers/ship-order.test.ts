import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import express, { type Request } from 'express';
import { runHandler, type TriedRun } from 'lockstep/testing';
import { warehouse } from '../systems/warehouse.ts';
import { shipOrder } from './ship-order.ts';

/** The warehouse of the example, with a network that may break. */
const did: string[] = [];
let breaks: (request: Request) => boolean;
let server: ReturnType<ReturnType<typeof express>['listen']>;

beforeEach(async () => {
  did.length = 0;
  breaks = () => false;
  const network = express().use((request, _response, pass) =>
    breaks(request) ? void request.socket.destroy() : pass(),
  );
  server = network.use(warehouse((line) => did.push(line))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.WAREHOUSE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const mode = (name: string) => fetch(`${process.env.WAREHOUSE_URL}/mode/${name}`, { method: 'POST' });

const lines = [
  { id: 1, sku: 'MUG', quantity: 2, price: '9.00' },
  { id: 2, sku: 'TEA', quantity: 1, price: '5.00' },
];
const order = { id: 1001, name: '#1001', created_at: '2026-11-20T10:00:00Z', line_items: lines };
const created = { ...order, financial_status: 'pending', updated_at: '2026-11-20T10:00:00Z' };
const paid = { ...order, financial_status: 'paid', updated_at: '2026-11-20T10:01:00Z' };
const shipped = { ...paid, fulfillment_status: 'fulfilled', updated_at: '2026-11-20T18:00:00Z' };
const webhooks = [
  { topic: 'orders/create', body: created },
  { topic: 'orders/paid', body: paid },
];

/** What Shopify was asked, and answers to it. */
const asked: string[] = [];
function shopify(query: string, { hold }: Readonly<Record<string, unknown>>): unknown {
  const [name = ''] = /(?<=(query|mutation) )\w+/.exec(query) ?? [];
  if (name === 'Fulfilment') {
    const open = { id: 'gid://shopify/FulfillmentOrder/1', status: 'OPEN', fulfillmentHolds: [] };
    return { order: { fulfillmentOrders: { nodes: [open] } } };
  }
  asked.push(`${name}: ${(hold as { reasonNotes?: string } | undefined)?.reasonNotes}`);
  return { fulfillmentOrderHold: { userErrors: [] } };
}

const options = { webhooks, shopify, dieAt: 'every step' } as const;
const told = (run: TriedRun | undefined) => run?.effects.map(({ data }) => (data as { text: string }).text);

test('stock is reserved and shipping requested once, wherever the process dies', async () => {
  const { runs } = await runHandler(shipOrder, options);
  assert.equal(runs[0]?.state, 'done');
  assert.ok(runs[0].deaths.length > 10);
  assert.deepEqual(did, ['reservation-1: 2 of 2 lines of #1001', 'shipment-2: packs reservation-1']);
  assert.deepEqual(told(runs[0]), ['#1001 will be shipped', '#1001 was paid a day ago, and is not shipped']);
});

test('an order that is shipped within the day needs no alert', async () => {
  const life = [...webhooks, { topic: 'orders/fulfilled', body: shipped }];
  const { runs } = await runHandler(shipOrder, { ...options, webhooks: life });
  assert.deepEqual(told(runs[0]), ['#1001 will be shipped']);
});

test('out of stock: what was reserved is released, the fulfilment is held, and the team is told', async () => {
  await mode('out-of-stock');
  const { runs } = await runHandler(shipOrder, options);
  assert.equal(runs[0]?.because, 'undone: out of stock: TEA');
  assert.deepEqual(did.slice(1), ['reservation-1: 1 of 2 lines of #1001', 'reservation-1: released']);
  assert.deepEqual(new Set(asked), new Set(['Hold: out of stock: TEA']));
  assert.deepEqual(told(runs[0]), ['#1001 is on hold: out of stock: TEA']);
});

test('the warehouse is down three times, and then it is up', async () => {
  let times = 3;
  breaks = () => (times -= 1) >= 0;
  const { runs } = await runHandler(shipOrder, options);
  assert.equal(runs[0]?.state, 'done');
  assert.equal(did.length, 2);
});

test('the warehouse never takes the shipment: what was reserved is released, and an operator decides', async () => {
  breaks = ({ path }) => path === '/shipments';
  const { runs } = await runHandler(shipOrder, options);
  assert.equal(runs[0]?.state, 'parked');
  assert.deepEqual(did, ['reservation-1: 2 of 2 lines of #1001', 'reservation-1: released']);
  assert.deepEqual(told(runs[0]), []);
});

test('a webhook that arrives twice ships nothing twice', async () => {
  const twice = [...webhooks, ...webhooks, { topic: 'orders/updated', body: paid }];
  const { runs } = await runHandler(shipOrder, { ...options, webhooks: twice });
  assert.equal(runs.length, 1);
  assert.equal(did.length, 2);
});
