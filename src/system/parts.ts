import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { checkRedis, mongoReady, redisReady } from './connections.ts';
import { Fault, messageOf } from './errors.ts';
import type { Part } from './lifecycle.ts';
import type { Logger } from './log.ts';
import { agreeOnPartitions } from './partitions.ts';
import { repeating, type Repeating } from './repeating.ts';

/** What the parts over Redis work with. */
interface RedisTools {
  redis: Redis;
  log: Logger;
  partitions: number;
}

/** How often Redis is asked whether it still has our number of partitions: it may have been emptied. */
const AGREE_EVERY_MS = 1000;

/**
 * Redis as a part of a program: there and suitable when started, closed when stopped.
 * @param end what a program does that finds Redis unsuitable while it runs
 */
export function redisPart(tools: RedisTools, end: (fault: Fault) => void): Part {
  const { redis } = tools;
  const agree = agreeing(tools, end);
  return {
    name: 'redis',
    start: async () => {
      await redisReady(redis);
      await checkAll(tools);
      agree.start();
    },
    stop: () => stopAll(agree, redis),
  };
}

/** A program that can go on without Redis does not wait long for it. */
const WITHOUT_REDIS_MS = 2000;

/** A part that says whether Redis may be used now. */
export interface OptionalRedis extends Part {
  /** False while it is away, and after it came back until it was looked at. */
  isFit: () => boolean;
}

/**
 * The same where a program can do without: it starts, and Redis is looked at when it comes, each time. One that
 * is unsuitable then is not used: better the spool than a Redis that throws away what it was given, or a mailbox
 * in which no worker looks.
 */
export function redisPartIfThere(tools: RedisTools): OptionalRedis {
  const { redis, log } = tools;
  let fit = false;
  const refuse = (fault: unknown) => {
    fit = false;
    log.fatal(`${messageOf(fault)}; it is not used until this program is started again`);
    redis.disconnect();
  };
  const look = async () => {
    try {
      await checkAll(tools);
      fit = true;
    } catch (error) {
      // Gone again before it answered: it is looked at when it is back.
      if (error instanceof Fault) refuse(error);
      else if (redis.status === 'ready') redis.disconnect(true);
    }
  };
  const agree = agreeing(tools, refuse);
  redis.on('close', () => (fit = false));
  return {
    name: 'redis',
    isFit: () => fit,
    start: async () => {
      const there = await redisReady(redis, WITHOUT_REDIS_MS).then(
        () => true,
        () => false,
      );
      if (there) {
        await checkAll(tools);
        fit = true;
      } else log.warn('starting without Redis: events go to the spool until it is there');
      redis.on('ready', () => void look());
      agree.start();
    },
    stop: () => stopAll(agree, redis),
  };
}

/** A question under way ends with its connection. */
async function stopAll(agree: Part, redis: Redis): Promise<void> {
  const stopped = agree.stop();
  redis.disconnect();
  await stopped;
}

async function checkAll({ redis, log, partitions }: RedisTools): Promise<void> {
  await checkRedis(redis, log);
  await agreeOnPartitions(redis, partitions);
}

/** Redis may have been emptied: it is asked again and again whether it still has our number of partitions. */
function agreeing({ redis, partitions }: RedisTools, onOther: (fault: Fault) => void): Repeating {
  const agree = async () => {
    if (redis.status === 'ready') await agreeOnPartitions(redis, partitions);
  };
  return repeating('partitions', AGREE_EVERY_MS, agree, (error) => {
    if (error instanceof Fault) onOther(error);
  });
}

export function mongoPart(mongo: Connection): Part {
  return { name: 'mongodb', start: () => mongoReady(mongo), stop: () => mongo.close() };
}
