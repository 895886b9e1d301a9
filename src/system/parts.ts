import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { checkRedis, mongoReady, redisReady } from './connections.ts';
import { messageOf } from './errors.ts';
import type { Part } from './lifecycle.ts';
import type { Logger } from './log.ts';

/** Redis as a part of a program: there and suitable when started, closed when stopped. */
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

/** A program that can go on without Redis does not wait long for it. */
const WITHOUT_REDIS_MS = 2000;

/**
 * The same where a program can do without: it starts, and Redis is looked at when it comes. One that is
 * unsuitable then is not used: better the spool than a Redis that throws away what it was given.
 */
export function redisPartIfThere(redis: Redis, log: Logger): Part {
  const useIfSuitable = async () => {
    try {
      await checkRedis(redis, log);
    } catch (fault) {
      log.fatal(`${messageOf(fault)}; it is not used until this program is started again`);
      redis.disconnect();
    }
  };
  return {
    ...redisPart(redis, log),
    start: async () => {
      try {
        await redisReady(redis, WITHOUT_REDIS_MS);
      } catch {
        log.warn('starting without Redis: events go to the spool until it is there');
        redis.once('ready', () => void useIfSuitable());
        return;
      }
      await checkRedis(redis, log);
    },
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
