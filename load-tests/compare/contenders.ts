import type { Connection } from 'mongoose';
import type { Redis } from 'ioredis';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { startProgram, type RunningProgram } from '../../testkit/local/programs.ts';
import { prove } from '../../testkit/proof/prove.ts';
import type { SentLog } from '../../testkit/proof/sent-log.ts';
import { collectionsOf } from '../../src/persist/collections.ts';
import type { BodySetting } from '../../src/persist/stored-body.ts';
import { rivalOutcome, type RivalOutcome } from '../rivals/outcome.ts';
import type { Rival } from '../rivals/rival.ts';
import { RIVALS, rolesOf, type RivalName, type Role } from '../rivals/rivals.ts';
import { startRival } from '../rivals/start-rival.ts';
import { rivalStore } from '../rivals/store.ts';
import { LOCKSTEP_NAME, type ContenderName } from './names.ts';

/** What was sent, and where to find what happened to it. */
interface Evidence {
  mongo: Connection;
  redis: Redis;
  deliveries: readonly Delivery[];
  log: SentLog;
}

/** A participant of the comparison. */
export interface Contender {
  name: ContenderName;
  about: string;
  /** Where its webhooks wait, if not in Redis; a race starts that server. */
  waitsIn?: Rival['waitsIn'];
  roles: Role[];
  start: (role: Role, env: NodeJS.ProcessEnv) => RunningProgram;
  outcome: (evidence: Evidence) => Promise<RivalOutcome>;
}

function rival(name: RivalName, label: ContenderName): Contender {
  const { about, waitsIn }: Rival = RIVALS[name];
  return {
    name: label,
    about,
    ...(waitsIn && { waitsIn }),
    roles: rolesOf(name),
    start: (role, env) => startRival(name, role, env),
    outcome: ({ mongo, deliveries }) => rivalOutcome(rivalStore(mongo), deliveries),
  };
}

export const LOCKSTEP: Contender = {
  name: LOCKSTEP_NAME,
  about: 'a mailbox per order, one drain per order, one commit for many orders',
  roles: ['ingest', 'worker'],
  start: (role, env) => startProgram(role, env, 'inherit'),
  outcome: async ({ mongo, redis, log }) => {
    const { lost, twice, inversions, wrong } = await prove(log, { collections: collectionsOf(mongo), redis });
    return { lost, twice, inversions, wrong };
  },
};

/** The same, with another part of the order's body in each commit. */
export function lockstepWith(setting: BodySetting): Contender {
  return {
    ...LOCKSTEP,
    name: `Lockstep, ORDER_BODY=${setting}`,
    start: (role, env) => LOCKSTEP.start(role, { ...env, ORDER_BODY: setting }),
  };
}

/** Only checks signatures: the ceiling for acknowledgements. */
export const BARE: Contender = rival('bare', 'bare Express + HMAC');

export const CONTENDERS: readonly Contender[] = [
  rival('without-queue', 'no queue, no lock'),
  rival('throw-and-retry', 'lock; busy: throw, retry'),
  rival('move-to-delayed', 'lock; busy: moveToDelayed'),
  rival('grouped', 'groupmq'),
  rival('pg-boss', 'pg-boss, key_strict_fifo'),
  rival('dbos', 'DBOS, partitioned queue'),
  rival('nats', 'NATS JetStream, partitions'),
  rival('restate', 'Restate, virtual objects'),
  LOCKSTEP,
];
