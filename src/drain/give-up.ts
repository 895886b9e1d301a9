import type { Order } from '../order/order.ts';
import { ApplicationFailed, deciding, type Decision, type GivenUp } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';
import { damageOf } from '../order/order-shape.ts';
import { inTurns } from '../system/turns.ts';
import type { DrainTools } from './drain-tools.ts';

/** An event is parked when this many drains have failed on it. */
const MOST_ATTEMPTS = 3;

/**
 * Decides in turns: in between, the lock is extended and other orders continue. If applying an event throws,
 * the drain fails the first two times; the third time the event is parked, so that later events of its order
 * continue (P7). The count is in Redis: all workers share it.
 * @throws ApplicationFailed the first two times
 */
export async function decideOrGiveUp(
  order: OrderKey,
  known: Order | null,
  events: WaitingEvent[],
  before: GivenUp,
  { mailbox, keepBody, now }: Pick<DrainTools, 'mailbox' | 'keepBody' | 'now'>,
): Promise<Decision> {
  let givenUp = before;
  for (;;) {
    try {
      return await inTurns(deciding(order, known, events, now(), givenUp, keepBody));
    } catch (error) {
      if (!(error instanceof ApplicationFailed)) throw error;
      const attempts = await mailbox.countFailure(order, error.event);
      if (attempts < MOST_ATTEMPTS) throw error;
      const because = `${reasonOf(error, known)} (${attempts} drains failed on it)`;
      givenUp = new Map([...givenUp, [error.event, { because, attempts }]]);
    }
  }
}

/** A reason that an operator can act on: if the order's document is damaged, which fields, and the repair. */
function reasonOf(error: ApplicationFailed, known: Order | null): string {
  const damage = known ? damageOf(known) : [];
  if (damage.length === 0) return error.message;
  const fields = damage.join('; ');
  return `the order's document is damaged: ${fields}. Rebuild the order, then replay the event`;
}

/**
 * MongoDB stores no document over 16 MB. If events make an order larger than that, the largest event is
 * parked, so that the others continue (P7).
 * @throws if no event is left to park
 */
export function giveUpLargest({ ended }: Decision, before: GivenUp): GivenUp {
  const [largest] = ended.toSorted((a, b) => b.waiting.body.length - a.waiting.body.length);
  if (!largest)
    throw new Error('the order is larger than MongoDB allows, but none of these events made it so');
  const because = 'with this event the order would be larger than the 16 MB that MongoDB allows';
  return new Map([...before, [largest.waiting.id, { because, attempts: 1 }]]);
}
