import type { Redis } from 'ioredis';
import type { Queue, Worker } from 'bullmq';
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

/** Locks need a majority of the lock servers: without it no order is drained. */
export function lockServersCheck(servers: readonly Redis[]): ReadinessCheck {
  return {
    name: 'lock servers',
    problem: async () => {
      const problems = await Promise.all(servers.map((server) => problemOf(redisCheck(server))));
      const up = problems.filter((problem) => problem === null).length;
      return up > servers.length / 2 ? null : `${up} of ${servers.length} answer, which is no majority`;
    },
  };
}

/** Whether jobs are taken from every queue. */
export function drainsCheck(workers: readonly Worker[], queues: readonly Queue[]): ReadinessCheck {
  return {
    name: 'drains',
    problem: async () => {
      if (workers.some((worker) => worker.isPaused()))
        return 'wait until MongoDB answers and the spool is moved';
      if (!workers.every((worker) => worker.isRunning())) return 'do not run for at least one queue';
      const paused = await Promise.all(queues.map((queue) => queue.isPaused()));
      return paused.includes(true) ? 'are paused by an operator' : null;
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
