import type { ServerUrls } from './lockstep.ts';
import { startMongo } from './mongo.ts';
import { startRedis } from './redis.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A Redis and a MongoDB of one run. */
export interface Servers extends ServerUrls {
  close: () => Promise<void>;
}

/** Both on free loopback ports, in a folder on disk that `close` removes. */
export async function startServers(): Promise<Servers> {
  const { folder, remove } = temporaryFolder('lockstep-load');
  const [redis, mongo] = await Promise.all([startRedis(`${folder}/redis`), startMongo(`${folder}/mongo`)]);
  return {
    redisUrl: redis.url,
    mongoUri: mongo.uri,
    close: async () => {
      await Promise.all([redis.stop(), mongo.stop()]);
      remove();
    },
  };
}
