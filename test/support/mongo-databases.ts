import { expect } from '@jest/globals';
import { createConnection, mongo } from 'mongoose';
import { collectionsOf } from '../../src/persist/collections.ts';

/**
 * Creating all collections and indexes costs 0.2 s of CPU time. So the next test file of a jest worker gets the
 * databases of the files before it, emptied.
 */
const pool = { file: '', used: [] as string[], free: [] as string[] };
const OWN = new Set(
  Object.values(collectionsOf(createConnection())).map(({ collection }): string => collection.collectionName),
);

/** The name of an empty MongoDB database. It may have Lockstep's collections and indexes. */
export async function emptyDatabase(uri: string, nameOfNew: string): Promise<string> {
  const file = expect.getState().testPath ?? '';
  if (file !== pool.file) Object.assign(pool, { file, used: [], free: [...pool.free, ...pool.used] });
  const free = pool.free.shift();
  if (free !== undefined) await empty(uri, free);
  const name = free ?? nameOfNew;
  pool.used.push(name);
  return name;
}

async function empty(uri: string, name: string): Promise<void> {
  const client = await mongo.MongoClient.connect(uri);
  try {
    const collections = await client.db(name).collections();
    await Promise.all(
      collections.map((each) => (OWN.has(each.collectionName) ? each.deleteMany({}) : each.drop())),
    );
  } finally {
    await client.close();
  }
}
