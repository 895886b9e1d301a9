import { mongo, type Connection } from 'mongoose';
import { collectionsOf, prepareCollections } from '../../src/persist/collections.ts';

const { calculateObjectSize } = mongo.BSON;

/**
 * Writes per command, and concurrent commands. 12,000 documents on 2 cores, four runs each. With 100, 500,
 * 1,000 and 2,000 writes: one command at a time writes 16,200, 16,900, 16,600 and 14,400 a second, two write
 * 21,600, 24,600, 23,400 and 19,300.
 */
const BATCH = 500;
const AT_A_TIME = 2;

const RETENTION_DAYS = 90;

type Write = mongo.AnyClientBulkWriteModel<mongo.Document>;

/**
 * The ceiling for applying: the documents that Lockstep has written, every order and every journal entry
 * once, put into an empty database by MongoDB's own bulk writes at full speed. Nothing is read, decided, or
 * locked.
 * @param from a database that Lockstep filled, from openMongo
 * @param to an empty one, from openMongo: its writes are acknowledged by a majority, and journaled
 */
export async function bulkCeiling(
  from: Connection,
  to: Connection,
): Promise<{ documents: number; events: number; orderBytes: number; seconds: number }> {
  const orders = await from.getClient().db(from.name).collection('orders').find().toArray();
  const events = await from.getClient().db(from.name).collection('events').find().toArray();
  await prepareCollections(collectionsOf(to), { journal: RETENTION_DAYS, changes: 30 });
  const writes: Write[] = [
    ...orders.map((order) => upsert(`${to.name}.orders`, order)),
    ...events.map((document) => ({ namespace: `${to.name}.events`, name: 'insertOne' as const, document })),
  ];
  const began = performance.now();
  await writeAll(to.getClient(), writes, BATCH, AT_A_TIME);
  const seconds = (performance.now() - began) / 1000;
  const orderBytes = orders.reduce((sum, order) => sum + calculateObjectSize(order), 0) / orders.length;
  return { documents: writes.length, events: events.length, orderBytes, seconds };
}

function upsert(namespace: string, { _id, ...replacement }: mongo.Document): Write {
  return { namespace, name: 'replaceOne', filter: { _id: _id as never }, replacement, upsert: true };
}

async function writeAll(
  client: mongo.MongoClient,
  writes: Write[],
  batch: number,
  atATime: number,
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(writes.length / batch) }, (_, i) => i * batch).values();
  const writeSome = async () => {
    for (const start of starts)
      await client.bulkWrite(writes.slice(start, start + batch), { ordered: false });
  };
  await Promise.all(Array.from({ length: atATime }, writeSome));
}
