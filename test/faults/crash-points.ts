import { createHash } from 'node:crypto';
import { SCRIPTS } from '../../src/deposit/scripts.ts';

/** A moment in a program's life: when a command passes on its way to a server, or the answer on its way back. */
export interface CrashPoint {
  name: string;
  link: 'redis' | 'mongo';
  /** What the command holds and no other. */
  pattern: string;
  part: 'ask' | 'answer';
}

const sha = (name: keyof typeof SCRIPTS) => createHash('sha1').update(SCRIPTS[name].lua).digest('hex');

/** MongoDB's commands name a collection as `lockstep.<name>` in bulkWrite, and as `<name>` in find. */
const COMMANDS = {
  deposit: { link: 'redis', pattern: sha('lockstepDeposit') },
  'wake-up': { link: 'redis', pattern: ':drain:de:' },
  'spool write': { link: 'mongo', pattern: 'lockstep.spool' },
  lock: { link: 'redis', pattern: ':lock:' },
  read: { link: 'redis', pattern: sha('lockstepRead') },
  load: { link: 'mongo', pattern: 'find\0\x07\0\0\0orders' },
  commit: { link: 'mongo', pattern: 'lockstep.orders' },
  journal: { link: 'mongo', pattern: 'lockstep.events' },
  trim: { link: 'redis', pattern: sha('lockstepTrim') },
} as const satisfies Record<string, Pick<CrashPoint, 'link' | 'pattern'>>;

function pointsOf(...names: (keyof typeof COMMANDS)[]): CrashPoint[] {
  return names.flatMap((name) => [
    { name: `before the ${name}`, ...COMMANDS[name], part: 'ask' as const },
    { name: `after the ${name}`, ...COMMANDS[name], part: 'answer' as const },
  ]);
}

/** Twelve moments of a drain. */
export const WORKER_POINTS = pointsOf('lock', 'read', 'load', 'commit', 'journal', 'trim');
/** Moments of a webhook; those of the spool are reached while Redis takes nothing. */
export const INGEST_POINTS = pointsOf('deposit', 'wake-up');
export const SPOOL_POINTS = pointsOf('spool write');
