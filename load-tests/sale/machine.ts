import { Redis } from 'ioredis';
import { localMachine } from '../../testkit/local/machine.ts';
import { SETTINGS } from '../../src/system/config.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import type { Machine } from '../report/run.ts';

const SECRET = /SECRET|URL|URI|KEY/;

/** This machine, its servers' versions, and the settings that differ from the defaults. */
export async function machineOf({
  redisUrl,
  mongoUri,
}: {
  redisUrl: string;
  mongoUri: string;
}): Promise<Machine> {
  const redis = new Redis(redisUrl);
  redis.on('error', () => undefined);
  const mongo = openMongo(mongoUri);
  try {
    await mongoReady(mongo);
    const { version } = await mongo.getClient().db().admin().buildInfo();
    const settings = Object.keys(SETTINGS).filter(
      (name) => process.env[name] !== undefined && !SECRET.test(name),
    );
    return {
      ...localMachine(),
      redis: /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '?',
      mongodb: String(version),
      settings: settings.map((name) => `${name}=${process.env[name]}`),
    };
  } finally {
    redis.disconnect();
    await mongo.close();
  }
}
