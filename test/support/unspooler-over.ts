import { unspoolerOf } from '../../src/compose/drains.ts';
import type { Unspooler } from '../../src/deposit/unspooler.ts';
import type { Spool } from '../../src/persist/spool.ts';
import type { Inside } from './in-process.ts';

/** Moves spooled events into the mailboxes of this Redis, which has room. */
export function unspoolerOver(
  inside: Inside,
  kept: Spool,
  onMoved: (events: number) => void = () => undefined,
): Unspooler {
  const changed = { spool: kept, makeRoom: () => Promise.resolve(true), onMoved };
  return unspoolerOf(inside, inside.tools.lock, inside.depositor, changed);
}
