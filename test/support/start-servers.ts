import { dataFolder } from '../../testkit/local/data-folder.ts';
import { startMongo } from '../../testkit/local/mongo.ts';
import { startRedis } from '../../testkit/local/redis.ts';

/** One Redis and one MongoDB for a whole test run, on free ports; every test file has a namespace in them. */
export default async function startServers(): Promise<void> {
  const folder = dataFolder('lockstep-test');
  const [redis, mongo] = await Promise.all([startRedis(`${folder}/redis`), startMongo(`${folder}/mongo`)]);
  process.env.LOCKSTEP_TEST_REDIS = redis.url;
  process.env.LOCKSTEP_TEST_MONGO = mongo.uri;
  globalThis.lockstepServers = { folder, stop: () => Promise.all([redis.stop(), mongo.stop()]) };
}

declare global {
  var lockstepServers: { folder: string; stop: () => Promise<unknown> } | undefined;
  var lockstepFailed: boolean | undefined;
}
