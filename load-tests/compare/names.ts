import type { BodySetting } from '../../src/persist/stored-body.ts';

/** The participants of the comparison, by the names under which the documents show them. */
export const CONTENDER_NAMES = [
  'no queue, no lock',
  'lock; busy: throw, retry',
  'lock; busy: moveToDelayed',
  'groupmq',
  'Lockstep',
] as const;

export type ContenderName =
  | (typeof CONTENDER_NAMES)[number]
  | 'pg-boss, key_strict_fifo'
  | 'bare Express + HMAC'
  | `Lockstep, ORDER_BODY=${BodySetting}`;

export const LOCKSTEP_NAME = 'Lockstep' satisfies ContenderName;
