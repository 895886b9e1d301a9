import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Connection, mongo } from 'mongoose';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import type { ServerUrls } from '../../testkit/local/lockstep.ts';

/** What the contenders run on. */
export interface RaceServers extends ServerUrls {
  /** Needed by contenders whose webhooks wait there. */
  postgresUrl?: string;
}

/** Where one race takes place. */
export interface Place {
  servers: RaceServers;
  redis: Redis;
  mongo: Connection;
  /** Every contender writes an entry for each event that it applied. */
  journal: mongo.Collection<{ _id: string; appliedAt: Date }>;
  close: () => Promise<void>;
}

let races = 0;

/** An empty Redis, a new MongoDB database, and a PostgreSQL without pg-boss's tables. */
export async function emptied(servers: RaceServers): Promise<Place> {
  races += 1;
  const mongoUri = servers.mongoUri.replace(/\/[^/]*$/, `/race-${races}`);
  const redis = new Redis(servers.redisUrl);
  await redis.flushall();
  if (servers.postgresUrl) await dropTables(servers.postgresUrl);
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

async function dropTables(postgresUrl: string): Promise<void> {
  const client = new Client(postgresUrl);
  await client.connect();
  await client.query('drop schema if exists pgboss cascade');
  await client.end();
}
