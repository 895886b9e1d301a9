import { Redis } from 'ioredis';
import type { Connection, mongo } from 'mongoose';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import type { ServerUrls } from '../../testkit/local/lockstep.ts';

/** Where one race takes place. */
export interface Place {
  servers: ServerUrls;
  redis: Redis;
  mongo: Connection;
  /** Every contender writes an entry for each event that it applied. */
  journal: mongo.Collection<{ _id: string; appliedAt: Date }>;
  close: () => Promise<void>;
}

let races = 0;

/** An empty Redis, and a new MongoDB database. */
export async function emptied(servers: ServerUrls): Promise<Place> {
  races += 1;
  const mongoUri = servers.mongoUri.replace(/\/[^/]*$/, `/race-${races}`);
  const redis = new Redis(servers.redisUrl);
  await redis.flushall();
  const mongo = openMongo(mongoUri);
  await mongoReady(mongo);
  return {
    servers: { ...servers, mongoUri },
    redis,
    mongo,
    journal: mongo.getClient().db(mongo.name).collection('events'),
    close: async () => {
      redis.disconnect();
      await mongo.dropDatabase();
      await mongo.close();
    },
  };
}
