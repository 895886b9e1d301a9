import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { checkRedis, mongoReady, redisReady } from './connections.ts';
import { messageOf } from './errors.ts';
import type { Part } from './lifecycle.ts';
import type { Logger } from './log.ts';

/**
 * Connections as parts of a program: usable when started, closed when stopped.
 * @param need `may be away`: the program starts without it, and Redis is checked whenever it comes
 */
export function redisPart(
  redis: Redis,
  log: Logger,
  need: 'must be there' | 'may be away' = 'must be there',
): Part {
  return {
    name: 'redis',
    start: async () => {
      try {
        await redisReady(redis);
      } catch (error) {
        if (need === 'must be there') throw error;
        log.warn('starting without Redis: events go to the spool until it is there');
        redis.once(
          'ready',
          () => void checkRedis(redis, log).catch((fault: unknown) => log.fatal(messageOf(fault))),
        );
        return;
      }
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
