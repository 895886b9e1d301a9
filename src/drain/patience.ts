import type { Order } from '../order/order.ts';
import { ApplicationFailed, deciding, type Decision, type GivenUp } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import { inTurns } from '../system/turns.ts';
import type { DrainTools } from './drain-tools.ts';

/** Drains that may fail at an event before it is parked. */
const PATIENCE = 3;

/**
 * Decides, in turns: meanwhile the lock is extended and other orders continue. An event whose application
 * throws fails the drain twice, and is given up the third time, so that later events of its order go on (P7).
 * The count is in Redis: other workers add to it.
 * @throws ApplicationFailed while there is patience left
 */
export async function decideWithPatience(
  order: OrderKey,
  known: Order | null,
  events: WaitingEvent[],
  before: GivenUp,
  { mailbox, now }: Pick<DrainTools, 'mailbox' | 'now'>,
): Promise<Decision> {
  let givenUp = before;
  for (;;) {
    try {
      return await inTurns(deciding(order, known, events, now(), givenUp));
    } catch (error) {
      if (!(error instanceof ApplicationFailed)) throw error;
      const attempts = await mailbox.countFailure(order, error.event);
      if (attempts < PATIENCE) throw error;
      const because = `${error.message} (${attempts} drains failed on it)`;
      givenUp = new Map([...givenUp, [error.event, { because, attempts }]]);
    }
  }
}

/**
 * MongoDB keeps no document over 16 MB: of the events that made an order larger, the largest is given up,
 * so that the others go on (P7).
 * @throws where none of them is left to blame
 */
export function giveUpLargest({ ended }: Decision, before: GivenUp): GivenUp {
  const [largest] = ended.toSorted((a, b) => b.waiting.body.length - a.waiting.body.length);
  if (!largest) throw new Error('the order is larger than MongoDB allows, and no event of now made it so');
  const because = 'with it the order would be larger than the 16 MB that MongoDB allows';
  return new Map([...before, [largest.waiting.id, { because, attempts: 1 }]]);
}
