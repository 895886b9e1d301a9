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

/** How many of the lock servers answer. */
export interface LockServers {
  up: number;
  of: number;
}

export async function lookAtLockServers(servers: readonly Redis[]): Promise<LockServers> {
  const problems = await Promise.all(servers.map((server) => problemOf(redisCheck(server))));
  return { up: problems.filter((problem) => problem === null).length, of: servers.length };
}

/** Without a majority, nobody gets a lock, and no event is applied. */
export const haveMajority = ({ up, of }: LockServers): boolean => up > of / 2;

/** Which share answers, in words. */
export const answering = ({ up, of }: LockServers): string =>
  `${up} of ${of} ${up === 1 ? 'answers' : 'answer'}`;

export function lockServersCheck(servers: readonly Redis[]): ReadinessCheck {
  return {
    name: 'lock servers',
    problem: async () => {
      const found = await lookAtLockServers(servers);
      return haveMajority(found) ? null : `${answering(found)}, which is not a majority`;
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
