import type { Redis } from 'ioredis';
import type { mongo } from 'mongoose';
import { problemOf, type ReadinessCheck } from './admin-routes.ts';

export function redisCheck(redis: Redis): ReadinessCheck {
  return {
    name: 'redis',
    problem: async () => {
      if (redis.status !== 'ready') return 'is down';
      return (await redis.ping()) === 'PONG' ? null : 'does not answer PING';
    },
  };
}

export function mongoCheck(client: mongo.MongoClient): ReadinessCheck {
  return {
    name: 'mongodb',
    problem: async () => {
      const answer = await client.db().command({ ping: 1 });
      return answer.ok === 1 ? null : 'does not answer ping';
    },
  };
}

/** One healthy server is enough: reports a problem only if every check has one. */
export function anyOf(name: string, checks: readonly ReadinessCheck[]): ReadinessCheck {
  return {
    name,
    problem: async () => {
      const problems = await Promise.all(checks.map(problemOf));
      return problems.includes(null) ? null : problems.join('; ');
    },
  };
}
