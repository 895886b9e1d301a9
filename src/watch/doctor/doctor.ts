import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import type { Collections } from '../../persist/collections.ts';
import { messageOf } from '../../system/errors.ts';
import { within } from '../../system/within.ts';
import type { Doctor, Program } from '../shapes/system.ts';
import { mongoProbes } from './mongo-probes.ts';
import { bad, type Probe } from './probe.ts';
import { programProbes } from './program-probes.ts';
import { redisProbes } from './redis-probes.ts';
import { secretProbes, type Secrets } from './secrets-age.ts';

export interface DoctorTools {
  redis: Redis;
  mongo: Connection;
  collections: Collections;
  queues: readonly Queue[];
  retentionDays: number;
  secrets: Secrets;
  /** Where Redis keeps when each secret was first seen. */
  secretsKey: string;
  /** Those that were heard of in the last 10 s. */
  programs: () => Promise<Program[]>;
}

/**
 * Looks at everything that Lockstep rests on. Each probe is bounded and fails alone: with Redis away the others
 * still tell. It changes nothing but when a secret was first seen.
 */
export function doctor(tools: DoctorTools): () => Promise<Doctor> {
  const probes = [
    ...programProbes(tools.queues, tools.programs),
    ...redisProbes(tools.redis),
    ...mongoProbes(tools.mongo, tools.collections, tools.retentionDays),
    ...secretProbes(tools.redis, tools.secretsKey, tools.secrets),
  ];
  return async () => ({ checks: await Promise.all(probes.map((probe) => examine(probe))) });
}

const PROBE_MS = 2000;

export async function examine({ name, look }: Probe, ms = PROBE_MS): Promise<Doctor['checks'][number]> {
  try {
    return { name, ...(await within(look(), ms)) };
  } catch (error) {
    return {
      name,
      ...bad(`could not be read: ${messageOf(error)}`, 'see whether that server is up and reachable'),
    };
  }
}
