import { setTimeout as after } from 'node:timers/promises';
import type { LockKeeper } from '../../lock/lock-keeper.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { Fenced } from '../../persist/fence.ts';
import { messageOf } from '../../system/errors.ts';
import { Refusal } from '../api/refusal.ts';
import type { LockReader } from './lock-reader.ts';
import type { Lock } from '../shapes/locks.ts';

/** What the release of a lock works with. */
export interface LockTools {
  reader: LockReader;
  keeper: LockKeeper;
  lockKey: (order: OrderKey) => string;
  fence: (order: OrderKey) => Promise<Fenced>;
  /** The waker's: past the job of the worker that stands still, which BullMQ still counts as active. */
  wakeAnew: (orders: OrderKey[]) => Promise<void>;
}

/** Which lock, as it was shown. */
export interface ReleaseAsked {
  order: OrderKey;
  token: string;
  /** Also from a holder that is alive, or that may be. */
  insist: boolean;
}

/**
 * Takes a lock from a holder that stands still, so that the order goes on. Fence first, then the lock, then
 * the wake-up. If the process dies in between: a fence alone costs its holder one more try; a lock without
 * the wake-up goes on when BullMQ finds the holder's job stalled, within 20 s.
 * @returns what was done, in words
 * @throws Refusal not_found where nobody holds it, conflict where the holder is another, or alive
 */
export async function releaseLock(asked: ReleaseAsked, tools: LockTools): Promise<string> {
  const { order } = asked;
  const lock = await tools.reader.one(order);
  const holder = refuseUnlessDue(lock, asked, tools);
  const fenced = await tools.fence(order);
  const taken = await tools.keeper.takeAway(tools.lockKey(order), asked.token);
  if (taken === 'changed') throw changed(order);
  const what =
    taken === 'taken'
      ? `the lock was taken from ${holder}`
      : `just before, ${holder} released the lock, it expired, or somebody else took it`;
  return `${what}; ${ofFence(fenced)}; ${await wake(order, tools)}`;
}

/** Fails closed: a holder of which nobody knows counts as alive. */
function refuseUnlessDue(
  lock: Lock | null,
  { order, token, insist }: ReleaseAsked,
  { lockKey }: LockTools,
): string {
  if (!lock)
    throw new Refusal(
      'not_found',
      `nobody holds the lock of ${order}: looked on all lock servers for ${lockKey(order)}`,
    );
  if (lock.token !== token) throw changed(order);
  const { program, job, alive, lastHeardMs } = lock.holder;
  const holder = program === null ? 'a holder that does not say who it is' : `${program} (job ${job})`;
  if (alive !== false && !insist) {
    const why = alive ? `is alive: it was heard of ${lastHeardMs} ms ago` : 'may be alive';
    throw new Refusal('conflict', `${holder} ${why}; insist to take the lock from it all the same`);
  }
  return holder;
}

function changed(order: OrderKey): Refusal {
  return new Refusal('conflict', `the holder changed: another holds the lock of ${order} than was shown`);
}

function ofFence(fenced: Fenced): string {
  return fenced.outcome === 'fenced'
    ? `the order is at version ${fenced.version} now, and a commit that comes late is refused by MongoDB`
    : 'the order is not in MongoDB yet: of two that would make it MongoDB refuses the second';
}

/**
 * A worker that stands still may be the one that Redis hands the call to: so it is called again, until the
 * order is held anew or nothing waits. A call too many drains an empty mailbox.
 */
const CALLS = 5;
const CALL_MS = 200;

async function wake(order: OrderKey, { reader, wakeAnew }: LockTools): Promise<string> {
  try {
    for (let call = 0; call < CALLS; call += 1) {
      await wakeAnew([order]);
      await after(CALL_MS);
      if (await reader.goesOn(order)) return 'the order was woken, and went on';
    }
    return 'the order was woken, and goes on when a worker is free: none took it within a second';
  } catch (error) {
    return `the order could not be woken (${messageOf(error)}), and goes on within 20 s`;
  }
}
