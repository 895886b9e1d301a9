import { Lockstep } from '../../testkit/local/lockstep.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import { startServers } from '../../testkit/local/servers.ts';

/** The Lockstep under test. */
export interface Target {
  ingestUrl: string;
  secret: string;
  redisUrl: string;
  mongoUri: string;
  partitions: number;
  /** The URLs of its workers' metrics; empty if unknown. */
  workerUrls: string[];
  close: () => Promise<void>;
}

/** A complete stack: Redis, MongoDB, one ingest and some workers. */
export async function startStack(workers: number): Promise<Target> {
  const servers = await startServers();
  const lockstep = new Lockstep(servers);
  const close = async () => {
    await lockstep.stop();
    await servers.close();
  };
  try {
    const ingest = await lockstep.start('ingest');
    const workerUrls: string[] = [];
    for (let i = 0; i < workers; i += 1) workerUrls.push((await lockstep.start('worker')).url);
    return {
      ingestUrl: ingest.url,
      secret: SECRET,
      redisUrl: servers.redisUrl,
      mongoUri: servers.mongoUri,
      partitions: Number(process.env.PARTITIONS || 1),
      workerUrls,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
