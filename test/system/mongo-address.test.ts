import { describe, expect, test } from '@jest/globals';
import { openMongo } from '../../src/system/connections.ts';

describe('how long a query waits for a MongoDB that is down', () => {
  test.each([
    ['10 s', 'mongodb://127.0.0.1:1/lockstep', 10_000],
    ['as MONGODB_URI says', 'mongodb://127.0.0.1:1/lockstep?serverSelectionTimeoutMS=300', 300],
  ])('%s', async (_, uri, ms) => {
    const connection = openMongo(uri);
    connection.asPromise().catch(() => undefined);
    expect(connection.getClient().options.serverSelectionTimeoutMS).toBe(ms);
    await connection.close();
  });
});
