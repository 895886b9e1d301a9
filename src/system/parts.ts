import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { checkRedis, mongoReady, redisReady } from './connections.ts';
import type { Part } from './lifecycle.ts';
import type { Logger } from './log.ts';

/** Connections as parts of a program: usable when started, closed when stopped. */
export function redisPart(redis: Redis, log: Logger): Part {
  return {
    name: 'redis',
    start: async () => {
      await redisReady(redis);
      await checkRedis(redis, log);
    },
    stop: () => redis.disconnect(),
  };
}

/** @param prepare what has to be there before anything else uses the connection */
export function mongoPart(mongo: Connection, prepare?: () => Promise<void>): Part {
  return {
    name: 'mongodb',
    start: async () => {
      await mongoReady(mongo);
      await prepare?.();
    },
    stop: () => mongo.close(),
  };
}
