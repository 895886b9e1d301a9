import { randomBytes } from 'node:crypto';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import type { Message } from '../../src/publish/messages.ts';
import { openSink } from '../../src/publish/sinks/open-sink.ts';
import type { Answer, Sink } from '../../src/publish/sinks/sink.ts';
import type { Place } from './servers/other-side.ts';

const SHOP = 'battery.myshopify.com';
const AT = new Date('2026-11-27T12:00:00Z');

const FIELDS: DestinationDocument = {
  _id: 'battery',
  uid: 'battery',
  afterBlock: 0,
  kind: 'http',
  url: null,
  probeUrl: null,
  allowPrivate: true,
  on: ['*'],
  shops: null,
  filter: null,
  transform: null,
  priority: 'normal',
  concurrency: 5,
  rate: null,
  timeoutMs: 10_000,
  inDoubt: 'repeat',
  secrets: [],
  state: 'active',
  because: null,
  createdAt: AT,
  changedAt: AT,
  revision: 1,
};

let orders = 0;

/** An order that no other test has. */
export function newOrder(): string {
  orders += 1;
  return `${SHOP}/${process.pid}${Date.now()}${orders}`;
}

/** The message of an order's version; one commit may have several, with growing sequence. */
export function messageOf(
  order: string,
  version: number,
  more: { sequence?: number; bytes?: number } = {},
): Message {
  const id = `ef_${randomBytes(20).toString('hex')}`;
  const sequence = more.sequence ?? version;
  const about = {
    order,
    shop: SHOP,
    orderId: order.slice(SHOP.length + 1),
    name: '#1001',
    status: 'paid',
    version,
    sequence,
    type: 'orders/paid',
    occurredAt: AT,
  };
  const data = { version, totalPrice: '10.00' };
  const head = JSON.stringify({ id, type: about.type, order: { key: order }, sequence, version, data });
  const missing = Math.max(0, (more.bytes ?? 0) - head.length - PADDING);
  const text = `${head.slice(0, -2)},"note":"${'x'.repeat(missing)}"}}`;
  return { id, text, about };
}

/** `,"note":""` */
const PADDING = 10;

export async function sinkOf(place: Place, credentials: string | null): Promise<Sink> {
  return await openSink({ ...FIELDS, ...place }, { secrets: [], credentials });
}

export async function send(sink: Sink, message: Message, ms = 15_000): Promise<Answer> {
  return await sink.send(message, AbortSignal.timeout(ms));
}
