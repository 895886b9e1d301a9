import { setTimeout as sleep } from 'node:timers/promises';
import type { LockKeeper } from '../../lock/lock-keeper.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { Fenced } from '../../persist/fence.ts';
import { messageOf } from '../../system/errors.ts';
import { Refusal } from '../refusal.ts';
import type { LockReader } from './lock-reader.ts';
import type { Lock } from '../shapes/locks.ts';

/** Tools of the release of a lock. */
export interface LockTools {
  reader: LockReader;
  keeper: LockKeeper;
  lockKey: (order: OrderKey) => string;
  fence: (order: OrderKey) => Promise<Fenced>;
  /** The waker's. It ignores the job of the stuck worker, which BullMQ still counts as active. */
  wakeAgain: (orders: OrderKey[]) => Promise<void>;
}

/** Which lock, as it was shown. */
export interface ReleaseAsked {
  order: OrderKey;
  token: string;
  /** Releases the lock even if its holder is or may be alive. */
  insist: boolean;
}

/**
 * Takes a lock from a stuck holder, so that the order continues. Fence first, then the lock, then the
 * wake-up. If the process dies in between: a fence alone costs the holder one retry; without the wake-up, the
 * order continues when BullMQ finds the holder's job stalled, within 20 s.
 * @returns what was done, in words
 * @throws Refusal not_found if the lock is not held, conflict if its holder has changed or is alive
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
      : `the lock was no longer held by ${holder}: it was released, has expired, or was taken by another holder`;
  return `${what}; ${ofFence(fenced)}; ${await wake(order, tools)}`;
}

/** Fails closed: a holder whose state is unknown counts as alive. */
function refuseUnlessDue(
  lock: Lock | null,
  { order, token, insist }: ReleaseAsked,
  { lockKey }: LockTools,
): string {
  if (!lock)
    throw new Refusal(
      'not_found',
      `the lock of ${order} is not held; searched: ${lockKey(order)} on all lock servers`,
    );
  if (lock.token !== token) throw changed(order);
  const { program, job, alive, lastHeardMs } = lock.holder;
  const holder = program === null ? 'an unknown holder' : `${program} (job ${job})`;
  if (alive !== false && !insist) {
    const why = alive ? `is alive: its last heartbeat was ${lastHeardMs} ms ago` : 'may be alive';
    throw new Refusal('conflict', `${holder} ${why}; use insist to release the lock anyway`);
  }
  return holder;
}

function changed(order: OrderKey): Refusal {
  return new Refusal('conflict', `the holder of the lock of ${order} has changed since it was shown`);
}

function ofFence(fenced: Fenced): string {
  return fenced.outcome === 'fenced'
    ? `the order is now at version ${fenced.version}, and MongoDB refuses a late commit`
    : 'the order is not in MongoDB yet: if two workers create it, MongoDB refuses the second';
}

/**
 * Redis may hand the wake-up to the stuck worker, so it is repeated until the order's lock is held again or
 * nothing is waiting. One wake-up too many only drains an empty mailbox.
 */
const CALLS = 5;
const CALL_MS = 200;

async function wake(order: OrderKey, { reader, wakeAgain }: LockTools): Promise<string> {
  try {
    for (let call = 0; call < CALLS; call += 1) {
      await wakeAgain([order]);
      await sleep(CALL_MS);
      if (await reader.continues(order)) return 'the order was woken and continues';
    }
    return 'the order was woken; no worker took it within a second, so it continues when one is free';
  } catch (error) {
    return `the order could not be woken (${messageOf(error)}); it continues within 20 s`;
  }
}
