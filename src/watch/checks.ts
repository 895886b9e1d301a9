import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Check } from './admin-routes.ts';

export function redisCheck(redis: Redis): Check {
  return {
    name: 'redis',
    problem: async () => {
      if (redis.status !== 'ready') return 'is away';
      return (await redis.ping()) === 'PONG' ? null : 'does not answer PING';
    },
  };
}

export function mongoCheck(mongo: Connection): Check {
  return {
    name: 'mongodb',
    problem: async () => {
      const answer = await mongo.getClient().db().command({ ping: 1 });
      return answer.ok === 1 ? null : 'does not answer ping';
    },
  };
}
