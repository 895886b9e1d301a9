import { createHash } from 'node:crypto';
import { SCRIPTS } from '../../src/deposit/scripts.ts';
import type { Caught } from '../support/link.ts';
import { livesOf } from '../support/lives.ts';
import type { Program, Rig } from './rig.ts';

/**
 * A moment in a program's life: when a command passes on its way to a server, or the answer on its way back.
 */
export interface CrashPoint {
  name: string;
  link: 'redis' | 'mongo';
  /** Texts that only this command contains; one of these. */
  pattern: string | readonly string[];
  part: 'ask' | 'answer';
}

/** A connection sends the script itself the first time, then its hash. */
function script(name: keyof typeof SCRIPTS): Pick<CrashPoint, 'link' | 'pattern'> {
  const { lua } = SCRIPTS[name];
  return { link: 'redis', pattern: [lua, createHash('sha1').update(lua).digest('hex')] };
}

/** How MongoDB's protocol names a command and its collection. */
function mongo(command: string, collection: string): Pick<CrashPoint, 'link' | 'pattern'> {
  const length = String.fromCharCode(collection.length + 1);
  return { link: 'mongo', pattern: `${command}\0${length}\0\0\0${collection}\0` };
}

/** MongoDB's commands name a collection as `lockstep.<name>` in bulkWrite, and as `<name>` in find. */
const COMMANDS = {
  deposit: script('lockstepDeposit'),
  'wake-up': { link: 'redis', pattern: ':drain:de:' },
  'spool write': { link: 'mongo', pattern: 'lockstep.spool' },
  lock: { link: 'redis', pattern: ':lock:' },
  read: script('lockstepRead'),
  load: { link: 'mongo', pattern: 'find\0\x07\0\0\0orders' },
  commit: { link: 'mongo', pattern: 'lockstep.orders' },
  journal: { link: 'mongo', pattern: 'lockstep.events' },
  trim: script('lockstepTrim'),
  // Of the change feed.
  'block of changes': mongo('insert', 'changes'),
  'tombstones of changes': mongo('update', 'changes_outbox'),
  // Of effects.
  'storing of effects': mongo('insert', 'effects'),
  'move of the router': mongo('update', 'effects_routed'),
  'wake-up of a lane': { link: 'redis', pattern: ':effects-erp:de:' },
  'lock of a lane': { link: 'redis', pattern: ':effects:lock:erp' },
  'read of a lane': mongo('find', 'effects'),
  'end of an effect': { link: 'mongo', pattern: '$indexOfArray' },
  // Of backfills.
  'place of a backfill': mongo('update', 'destinations'),
  'memory of a lane': mongo('insert', 'effects_backfilled'),
  'end of the memory': mongo('delete', 'effects_backfilled'),
  // Of operators' actions.
  'record of the destination': mongo('insert', 'destinations'),
  'change of the destination': mongo('findAndModify', 'destinations'),
  'change of effects': mongo('update', 'effects'),
  'decision to undo': mongo('insert', 'handler_steps'),
  'opening of the steps': mongo('update', 'handler_steps'),
  'record of the type': mongo('insert', 'event_types'),
  'deletion of the type': mongo('delete', 'event_types'),
  // Of events of other systems.
  'record of the key': mongo('insert', 'intake_keys'),
  'begin of the audit entry': mongo('insert', 'audit'),
  'end of the audit entry': mongo('update', 'audit'),
  'release of the claim': script('lockstepRelease'),
  fence: mongo('findAndModify', 'orders'),
  'taking of the lock': { link: 'redis', pattern: 'if value ~= ARGV[1] then return 0 end' },
  'replacement of the order': mongo('update', 'orders'),
  'change of the queue': { link: 'redis', pattern: ':drain:events' },
  'record of the replay': mongo('update', 'replays'),
  'claim of a parked event': mongo('findAndModify', 'parked'),
  'push of a parked event': script('lockstepReplay'),
  'mark of parked events': mongo('update', 'parked'),
  'record of the pass': mongo('insert', 'reconciles'),
  'record of the check': mongo('insert', 'completeness'),
  'end of the pass': mongo('update', 'reconciles'),
  'record of the export': mongo('update', 'compliance'),
  'record of the token': mongo('insert', 'tokens'),
  'revocation of the token': mongo('findAndModify', 'tokens'),
} as const satisfies Record<string, Pick<CrashPoint, 'link' | 'pattern'>>;

export type Command = keyof typeof COMMANDS;

export function pointsOf(...names: Command[]): CrashPoint[] {
  return names.flatMap((name) => [
    { name: `before the ${name}`, ...COMMANDS[name], part: 'ask' as const },
    { name: `after the ${name}`, ...COMMANDS[name], part: 'answer' as const },
  ]);
}

/** Twelve moments of a drain. */
export const WORKER_POINTS = pointsOf('lock', 'read', 'load', 'commit', 'journal', 'trim');
/** Moments of a webhook; those of the spool are reached while Redis is down. */
export const INGEST_POINTS = pointsOf('deposit', 'wake-up');
export const SPOOL_POINTS = pointsOf('spool write');

/** Moments of an event of another system; those of the spool are reached while Redis is down. */
export const INTAKE_POINTS = pointsOf('record of the key', 'deposit');
export const INTAKE_SPOOL_POINTS = pointsOf('spool write');

/** Twelve moments of a publisher. */
export const PUBLISHER_POINTS = pointsOf(
  'storing of effects',
  'move of the router',
  'wake-up of a lane',
  'lock of a lane',
  'read of a lane',
  'end of an effect',
);

/** Eight moments of a backfill. */
export const BACKFILL_POINTS = pointsOf(
  'end of the memory',
  'storing of effects',
  'memory of a lane',
  'place of a backfill',
);

/** Sends new orders, so many at a time, until the victim reaches a moment, and kills it right there. */
export async function killAt(
  caught: Caught,
  victim: Program,
  rig: Rig,
  shop: string,
  ordersEach: number,
): Promise<void> {
  let reached = false;
  const dead = caught.reached.then(async () => {
    reached = true;
    await rig.kill(victim);
    caught.release();
  });
  for (let orders = 0; !reached; orders += ordersEach)
    await rig.deliverAll(
      rig.random.shuffled(livesOf(rig.random, `${shop}-${orders}.myshopify.com`, ordersEach).flat()),
    );
  await dead;
}
