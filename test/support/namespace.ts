import { Redis } from 'ioredis';
import { emptyDatabase } from './mongo-databases.ts';

/** A Redis database and a MongoDB database for this test file only. */
export interface Namespace {
  redisUrl: string;
  mongoUri: string;
}

export async function namespace(): Promise<Namespace> {
  const { LOCKSTEP_TEST_REDIS: redis, LOCKSTEP_TEST_MONGO: mongo } = process.env;
  if (!redis || !mongo) throw new Error('no test servers: run the tests with npm test');
  const counter = new Redis(redis);
  const number = await counter.incr('test-namespaces');
  counter.disconnect();
  return {
    redisUrl: `${redis}/${number}`,
    mongoUri: mongo.replace(/\/lockstep$/, `/${await emptyDatabase(mongo, `test_${number}`)}`),
  };
}
