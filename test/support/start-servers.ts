import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mongo } from 'mongoose';
import { startMongo } from '../../scripts/local/mongo.ts';
import { startRedis } from '../../scripts/local/redis.ts';

/** One Redis and one MongoDB for a whole test run, on free ports; every test file has a namespace in them. */
export default async function startServers(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-test-'));
  const [redis, engine] = await Promise.all([startRedis(`${folder}/redis`), startMongo(`${folder}/mongo`)]);
  await closeIdleFiles(engine.uri);
  process.env.LOCKSTEP_TEST_REDIS = redis.url;
  process.env.LOCKSTEP_TEST_MONGO = engine.uri;
  globalThis.lockstepServers = { folder, stop: () => Promise.all([redis.stop(), engine.stop()]) };
}

/**
 * Every namespace is some 80 files of MongoDB's, and MongoDB keeps a file open for 10 minutes after its last
 * use. A whole run has 23,000 of them; an engine that reaches its limit of open files (often 20,000) ends.
 */
async function closeIdleFiles(uri: string): Promise<void> {
  const client = await mongo.MongoClient.connect(uri);
  await client.db('admin').command({
    setParameter: 1,
    wiredTigerEngineRuntimeConfig: 'file_manager=(close_idle_time=30,close_scan_interval=10)',
  });
  await client.close();
}

declare global {
  var lockstepServers: { folder: string; stop: () => Promise<unknown> } | undefined;
  var lockstepFailed: boolean | undefined;
}
