import type { Mailbox } from '../deposit/mailbox.ts';
import type { GivenUp } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import { Fault, type FaultCode } from '../system/errors.ts';

/**
 * Work that takes longer than its lock (P7). A drain that loses the lock, or is outpaced, is a setback of the
 * event that it began with. Each setback halves the page; an event that does not finish even alone is parked,
 * so that later events of its order continue. The count is in Redis: all workers share it.
 */

/** Events in a page, which is one commit. The same drain reads pages until the mailbox is empty. */
const LARGEST_PAGE = 100;
/** An event is parked after this many unfinished drains of it alone: a Redis restart loses locks too. */
const MOST_SETBACKS_ALONE = 5;

const SETBACKS: ReadonlySet<FaultCode> = new Set(['lock_lost', 'outpaced']);

/** How many events a drain takes at a time. */
export class PageSize {
  #most = LARGEST_PAGE;

  get most(): number {
    return this.#most;
  }

  /** @returns the events of a page to settle: each setback halves them, to one event at least */
  take(events: WaitingEvent[], setbacks: number): WaitingEvent[] {
    const taken = events.slice(0, Math.max(1, Math.floor(events.length / 2 ** setbacks)));
    // The next events are probably as large, so this drain keeps to the smaller page.
    if (setbacks > 0) this.#most = taken.length;
    return taken;
  }
}

/** The first event of a page, if too many drains of it alone did not finish. */
export function givenUpAfter(setbacks: number, events: readonly WaitingEvent[]): GivenUp {
  const [first] = events;
  if (!first || setbacks < Math.ceil(Math.log2(events.length)) + MOST_SETBACKS_ALONE) return new Map();
  const because =
    `${setbacks} drains that began with this event lost the order's lock before they could commit: ` +
    'applying it takes longer than LOCK_TTL_MS, or other workers keep changing the order';
  return new Map([[first.id, { because, attempts: setbacks }]]);
}

/** @throws what the work throws */
export async function countingSetbacks<Answer>(
  order: OrderKey,
  [first]: readonly WaitingEvent[],
  mailbox: Pick<Mailbox, 'countSetback'>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (first && error instanceof Fault && SETBACKS.has(error.code))
      // If Redis cannot count, Redis is at fault, not the event.
      await mailbox.countSetback(order, first.id).catch(() => undefined);
    throw error;
  }
}
