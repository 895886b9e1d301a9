import { expect, test } from '@jest/globals';
import { bulkCeiling } from '../../load-tests/rivals/bulk.ts';
import { openMongo } from '../../src/system/connections.ts';
import { namespace } from '../support/namespace.ts';

test('the ceiling of applying writes the same documents, with the same indexes', async () => {
  const [from, to] = await Promise.all([openNamespace(), openNamespace()]);
  const orders = Array.from({ length: 1200 }, (_, i) => ({ _id: `a/${i}`, status: 'created', version: 3 }));
  const events = Array.from({ length: 900 }, (_, i) => ({
    _id: `event ${i}`,
    order: `a/${i}`,
    sequence: i,
    payload: Buffer.from(`body ${i}`),
    appliedAt: new Date(),
  }));
  // Ids are strings here, as in Lockstep's collections.
  await from.collection('orders').insertMany(orders as object[]);
  await from.collection('events').insertMany(events as object[]);

  const { seconds, orderBytes, ...counts } = await bulkCeiling(from, to);
  expect(counts).toEqual({ documents: 2100, events: 900 });
  expect(seconds).toBeGreaterThan(0);
  // BSON of a short document: two texts and a number.
  expect(orderBytes).toBeGreaterThan(50);
  expect(orderBytes).toBeLessThan(70);
  for (const name of ['orders', 'events']) {
    const [given, made] = await Promise.all(
      [from, to].map((mongo) => mongo.collection(name).find().sort({ _id: 1 }).toArray()),
    );
    expect(made).toEqual(given);
  }
  const indexes = await to.collection('events').indexes();
  expect(indexes.map(({ key }) => key)).toContainEqual({ order: 1, sequence: 1 });
  await Promise.all([from.close(), to.close()]);
});

async function openNamespace(): Promise<ReturnType<typeof openMongo>> {
  const mongo = openMongo((await namespace()).mongoUri);
  await mongo.asPromise();
  return mongo;
}
