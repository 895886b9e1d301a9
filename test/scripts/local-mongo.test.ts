import { expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { namespace } from '../support/namespace.ts';

// By default it keeps them for 10 minutes: on a slow machine, a whole test run ended it.
test('the MongoDB of the tests closes files that were idle for 30 s, so its limit of open files is enough', async () => {
  const client = await mongo.MongoClient.connect((await namespace()).mongoUri);
  const set = await client.db('admin').command({ getParameter: 1, wiredTigerEngineRuntimeConfig: 1 });
  await client.close();
  expect(set.wiredTigerEngineRuntimeConfig).toContain('close_idle_time=30');
});
