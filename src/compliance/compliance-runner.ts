import type { Redis } from 'ioredis';
import type { Locks } from '../lock/locks.ts';
import type { AuditLog } from '../persist/audit-log.ts';
import { createAuditedOnce } from '../persist/audited-once.ts';
import type { Collections } from '../persist/collections.ts';
import type { Logger } from '../system/log.ts';
import type { RedisKeys } from '../system/redis-keys.ts';
import { createRequestStore } from '../persist/request-store.ts';
import { ComplianceRunner, type RunnerTools } from './runner.ts';
import { waitingIn } from './waiting.ts';

interface Ground {
  collections: Collections;
  redis: Redis;
  partitions: readonly RedisKeys[];
  lock: Locks;
  audit: AuditLog;
  isIn: RunnerTools['isIn'];
  log: Logger;
  now: () => number;
}

/** Redactions as a part of a program. Any number may run: a lock per shop keeps them apart. */
export function complianceRunner({
  collections,
  redis,
  partitions,
  audit,
  ...rest
}: Ground): ComplianceRunner {
  return new ComplianceRunner({
    ...rest,
    collections,
    requests: createRequestStore(collections),
    audited: createAuditedOnce(collections.audit, audit),
    waiting: waitingIn(redis, partitions),
  });
}
