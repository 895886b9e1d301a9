import { isAbout } from '../order/persons.ts';
import type { Collections } from '../persist/collections.ts';
import type { ComplianceDocument } from '../persist/compliance-schema.ts';
import type { EventDocument } from '../persist/event-schema.ts';
import type { OrderDocument } from '../persist/order-fields.ts';
import type { ParkedDocument } from '../persist/parked-schema.ts';
import { readStored, storedValue } from '../persist/stored-json.ts';
import { bytesOf, decompress } from '../system/payload.ts';
import { ordersOf } from './redact.ts';

/** An event with its body, as it came. */
interface ExportedEvent {
  event: string;
  topic: string;
  receivedAt: string;
  outcome: string;
  body: string;
}

/** A page of the data that is stored about a customer. */
export interface Exported {
  orders: { order: string; kept: Record<string, unknown> | null; events: ExportedEvent[] }[];
  /** The order after which the next page starts; null: this is the last one. */
  next: string | null;
}

/** Bodies per page, as text. One order alone may have more. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * The data that is stored about the customer of a data request: the orders that Shopify named, the orders
 * known as the customer's, and `<shop>/-`; each with the bodies about this customer and nobody else. Events
 * that have not been drained are not in it yet.
 * @param after the key of the last order of the previous page
 */
export async function exportOf(
  collections: Collections,
  record: ComplianceDocument,
  after: string | null,
): Promise<Exported> {
  const { named, theirs } = await ordersOf(collections, record);
  const keys = [...new Set([...named, ...theirs, `${record.shop}/-`])].toSorted();
  const left = keys.filter((key) => after === null || key > after);
  const orders: Exported['orders'] = [];
  let bytes = 0;
  for (const order of left) {
    if (bytes >= PAGE_BYTES) return { orders, next: orders.at(-1)?.order ?? null };
    const whose = named.has(order) ? 'named' : theirs.has(order) ? 'theirs' : 'other';
    const isTheirs = (body: Buffer) => isAboutOnly(body, String(record.customer), whose);
    const events = await eventsOf(collections, order, isTheirs);
    const kept = whose === 'other' ? null : await keptOf(collections, order, String(record.customer));
    if (kept || events.length > 0) orders.push({ order, kept, events });
    bytes += events.reduce((sum, { body }) => sum + body.length, 0);
  }
  return { orders, next: null };
}

/** Stricter than a redaction: a body that names another customer is not exported, even of a named order. */
function isAboutOnly(body: Buffer, customer: string, whose: 'named' | 'theirs' | 'other'): boolean {
  return isAbout(body, { customer, order: whose === 'named' ? 'theirs' : whose });
}

async function keptOf(
  { orders }: Collections,
  order: string,
  customer: string,
): Promise<Record<string, unknown> | null> {
  const document = await orders.findById(order).lean<OrderDocument>();
  if (!document) return null;
  // An order that changed hands has data of both customers.
  const { customers, applied: _, version: __, position: ___, body, bodySource: ____, ...kept } = document;
  if (customers.some((each) => each !== customer)) return null;
  if (!body) return kept;
  const read = readStored(body);
  return 'damage' in read ? { ...kept, bodyLeftOut: read.damage } : { ...kept, body: storedValue(body) };
}

async function eventsOf(
  { events, parked }: Collections,
  order: string,
  isTheirs: (body: Buffer) => boolean,
): Promise<ExportedEvent[]> {
  const journaled = await events.find({ order }).sort({ sequence: 1 }).lean<EventDocument[]>();
  const known = new Set(journaled.map(({ _id }) => _id));
  // Parked events may be kept longer than their journal entries.
  const others = (await parked.find({ order }).lean<ParkedDocument[]>()).filter(({ _id }) => !known.has(_id));
  return [...journaled, ...others.map((each) => ({ ...each, outcome: each.state }))].flatMap((each) => {
    const body = decompress(bytesOf(each.payload));
    if (body.length === 0 || !isTheirs(body)) return [];
    const { _id: event, topic, outcome } = each;
    return [{ event, topic, receivedAt: each.receivedAt.toISOString(), outcome, body: body.toString() }];
  });
}
