import { decide } from '../../../src/order/decide.ts';
import { collectionsOf, prepareCollections, type Collections } from '../../../src/persist/collections.ts';
import { toDocument } from '../../../src/persist/order-document.ts';
import { mongoReady, openMongo } from '../../../src/system/connections.ts';
import { namespace } from '../../support/namespace.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../../support/waiting-event.ts';
import { bodyOf, type Sold } from './sold-bodies.ts';

/** MongoDB with all collections and indexes. */
export async function openOrders(): Promise<{ collections: Collections; close: () => Promise<void> }> {
  const { mongoUri } = await namespace();
  const mongo = openMongo(mongoUri);
  await mongoReady(mongo);
  const collections = collectionsOf(mongo);
  await prepareCollections(collections, { journal: 90, changes: 30 });
  return { collections, close: () => mongo.close() };
}

/** The document of an order after its webhooks, as a drain stores it. */
function documentOf(sold: Sold): object {
  const order = keyOf(String(sold.id), sold.shop);
  const event = (topic: string, body: object) => waitingEvent(topic, body, { order, receivedAt: LATER });
  const events = [event('orders/updated', bodyOf(sold))];
  if (sold.deleted) events.push(event('orders/delete', { id: sold.id }));
  const decided = decide(order, null, events, LATER);
  if (!decided.order) throw new Error(`order ${sold.id} could not be read`);
  return toDocument(order, { ...decided.order, version: 1 }, LATER);
}

/** After all moments of the sample orders: times in the future do not count. */
const LATER = RECEIVED_AT + 90 * 86_400_000;

export async function store({ orders }: Collections, all: readonly Sold[]): Promise<void> {
  await orders.collection.insertMany(all.map(documentOf) as never[]);
}
