import type { BodySetting } from '../../src/persist/stored-body.ts';

/**
 * The participants of the comparison, by the names under which the documents show them. Ordered: it promises to process
 * the webhooks of an order in a sequence, one at a time.
 */
const PARTICIPANTS = {
  'no queue, no lock': { ordered: false },
  'lock; busy: throw, retry': { ordered: false },
  'lock; busy: moveToDelayed': { ordered: false },
  groupmq: { ordered: true },
  'pg-boss, key_strict_fifo': { ordered: true },
  'DBOS, partitioned queue': { ordered: true },
  'NATS JetStream, partitions': { ordered: true },
  'Restate, virtual objects': { ordered: true },
  Lockstep: { ordered: true },
} as const satisfies Record<string, { ordered: boolean }>;

type ParticipantName = keyof typeof PARTICIPANTS;

export const CONTENDER_NAMES = Object.keys(PARTICIPANTS) as ParticipantName[];

export type ContenderName = ParticipantName | 'bare Express + HMAC' | `Lockstep, ORDER_BODY=${BodySetting}`;

export const LOCKSTEP_NAME = 'Lockstep' satisfies ContenderName;

/** The others that promise a sequence per order. */
export const ORDERED_RIVALS: readonly string[] = CONTENDER_NAMES.filter(
  (name) => PARTICIPANTS[name].ordered && name !== LOCKSTEP_NAME,
);
