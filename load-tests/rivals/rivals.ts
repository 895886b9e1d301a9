import { bare } from './bare.ts';
import { dbos } from './dbos.ts';
import { grouped } from './grouped.ts';
import { moveToDelayed } from './move-to-delayed.ts';
import { nats } from './nats.ts';
import { pgBoss } from './pg-boss.ts';
import { restate } from './restate.ts';
import type { Rival } from './rival.ts';
import { throwAndRetry } from './throw-and-retry.ts';
import { withoutQueue } from './without-queue.ts';

/** All of them, by the name that program.ts takes. */
export const RIVALS = {
  'without-queue': withoutQueue,
  'throw-and-retry': throwAndRetry,
  'move-to-delayed': moveToDelayed,
  grouped,
  'pg-boss': pgBoss,
  dbos,
  nats,
  restate,
  bare,
} as const satisfies Record<string, Rival>;

export type RivalName = keyof typeof RIVALS;

export function isRivalName(text: string): text is RivalName {
  return Object.hasOwn(RIVALS, text);
}

export type Role = 'ingest' | 'worker';

/** The programs of a rival. */
export function rolesOf(name: RivalName): Role[] {
  return RIVALS[name].work ? ['ingest', 'worker'] : ['ingest'];
}
