import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { checkRedis, mongoReady, redisReady } from './connections.ts';
import { Fault, messageOf } from './errors.ts';
import type { Component } from './lifecycle.ts';
import type { Logger } from './log.ts';
import { agreeOnPartitions } from './partitions.ts';
import { repeating, type Repeating } from './repeating.ts';

/** What the Redis components need. */
interface RedisTools {
  redis: Redis;
  log: Logger;
  partitions: number;
}

const AGREE_EVERY_MS = 1000;

/**
 * Redis as a component of a program. Starting checks that it is reachable and suitable; stopping disconnects.
 * @param end called if Redis becomes unsuitable while the program runs
 */
export function redisComponent(tools: RedisTools, end: (fault: Fault) => void): Component {
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

/** A program that can run without Redis does not wait long for it. */
const WITHOUT_REDIS_MS = 2000;

/** A component that knows whether Redis may be used now. */
export interface OptionalRedis extends Component {
  /** False while Redis is down, and after it is back until it has been checked. */
  isFit: () => boolean;
}

/**
 * The same for a program that can run without Redis: the program starts, and Redis is checked each time it
 * becomes reachable. An unsuitable Redis is not used: the spool is better than a Redis that drops stored
 * events, or a mailbox that no worker reads.
 */
export function optionalRedisComponent(tools: RedisTools): OptionalRedis {
  const { redis, log } = tools;
  let fit = false;
  const refuse = (fault: unknown) => {
    fit = false;
    log.fatal(`${messageOf(fault)}; it is not used until this program is restarted`);
    redis.disconnect();
  };
  const look = async () => {
    try {
      await checkAll(tools);
      fit = true;
    } catch (error) {
      // Redis went down before it answered: it is checked when it is back.
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
      } else log.warn('starting without Redis: events go to the spool until it is reachable');
      redis.on('ready', () => void look());
      agree.start();
    },
    stop: () => stopAll(agree, redis),
  };
}

/** Disconnecting ends a check that is in progress. */
async function stopAll(agree: Component, redis: Redis): Promise<void> {
  const stopped = agree.stop();
  redis.disconnect();
  await stopped;
}

async function checkAll({ redis, log, partitions }: RedisTools): Promise<void> {
  await checkRedis(redis, log);
  await agreeOnPartitions(redis, partitions);
}

/** Checks every second that Redis still has our number of partitions: it may have been emptied. */
function agreeing({ redis, partitions }: RedisTools, onOther: (fault: Fault) => void): Repeating {
  const agree = async () => {
    if (redis.status === 'ready') await agreeOnPartitions(redis, partitions);
  };
  const component = repeating('partitions', AGREE_EVERY_MS, agree, (error) => {
    if (!(error instanceof Fault)) return;
    void component.stop();
    onOther(error);
  });
  return component;
}

export function mongoComponent(mongo: Connection): Component {
  return { name: 'mongodb', start: () => mongoReady(mongo), stop: () => mongo.close() };
}
