import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import { messageOf } from '../../system/errors.ts';
import { within } from '../../system/within.ts';
import type { Doctor, Program } from '../shapes/system.ts';
import { problemOf } from '../../health/admin-routes.ts';
import { lookAtLockServers, mongoCheck, redisCheck } from '../../health/checks.ts';
import { mongoProbes } from './mongo-probes.ts';
import { bad, needing, type Probe } from './probe.ts';
import { programProbes } from './program-probes.ts';
import { lockServersFinding, redisProbes } from './redis-probes.ts';
import { secretProbes, type Secrets } from './secrets-age.ts';

export interface DoctorTools {
  redis: Redis;
  mongo: Connection;
  collections: Collections;
  queues: readonly Queue[];
  lockServers: readonly Redis[];
  retentionDays: number;
  secrets: Secrets;
  /** Where Redis keeps when each secret was first seen. */
  secretsKey: string;
  /** Programs that sent a heartbeat in the last hour. */
  programs: () => Promise<Program[]>;
}

/**
 * Checks everything that Lockstep depends on. Each probe has a time limit and fails alone: if Redis is down,
 * the other probes still report. The only write is the time when a secret was first seen.
 */
export function createDoctor(tools: DoctorTools): () => Promise<Doctor> {
  const probes: Probe[] = [
    ...programProbes(tools.queues, tools.programs),
    ...lockServerProbes(tools),
    ...needing('redis', redisProbes(tools.redis)),
    ...needing('mongodb', mongoProbes(tools.mongo, tools.collections, tools.retentionDays)),
    ...needing('redis', secretProbes(tools.redis, tools.secretsKey, tools.secrets)),
  ];
  const servers = { redis: redisCheck(tools.redis), mongodb: mongoCheck(tools.mongo.getClient()) };
  return async () => {
    const [redis, mongodb] = await Promise.all([problemOf(servers.redis), problemOf(servers.mongodb)]);
    const down = { redis: redis !== null, mongodb: mongodb !== null };
    const able = probes.filter(({ needs }) => !needs || !down[needs]);
    const skipped = (['redis', 'mongodb'] as const)
      .filter((server) => down[server])
      .map((server) => silentServer(server, probes.filter(({ needs }) => needs === server).length));
    return { checks: [...skipped, ...(await Promise.all(able.map((probe) => examine(probe))))] };
  };
}

/** Locks are in Redis itself unless LOCK_REDIS_URLS is set. */
function lockServerProbes({ redis, lockServers }: DoctorTools): Probe[] {
  if (lockServers.includes(redis)) return [];
  const look = async () => lockServersFinding(await lookAtLockServers(lockServers));
  return [{ name: 'lock servers', look }];
}

const SERVERS = { redis: 'Redis', mongodb: 'MongoDB' } as const;

/** One row for a server that is down, not one for each check that needs it. */
function silentServer(server: keyof typeof SERVERS, checks: number): Doctor['checks'][number] {
  const found = `does not answer: ${checks} checks skipped`;
  return { name: SERVERS[server], ...bad(found, 'check that the server is up and reachable') };
}

const PROBE_MS = 2000;

export async function examine({ name, look }: Probe, ms = PROBE_MS): Promise<Doctor['checks'][number]> {
  try {
    return { name, ...(await within(look(), ms)) };
  } catch (error) {
    return {
      name,
      ...bad(`could not be read: ${messageOf(error)}`, 'check that the server is up and reachable'),
    };
  }
}
