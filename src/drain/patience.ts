import type { Mailbox } from '../deposit/mailbox.ts';
import type { Order } from '../order/order.ts';
import { ApplicationFailed, decide, type Decision, type GivenUp } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { OrderKey } from '../order/identity.ts';

/** Drains that may fail at an event before it is parked. */
const PATIENCE = 3;

/**
 * Decides; an event whose application throws fails the drain twice, and is given up the third time, so
 * that later events of its order go on (P7). The count is in Redis: other workers add to it.
 * @throws ApplicationFailed while there is patience left
 */
export async function decideWithPatience(
  order: OrderKey,
  known: Order | null,
  events: WaitingEvent[],
  mailbox: Mailbox,
  now: number,
): Promise<Decision> {
  let givenUp: GivenUp = new Map();
  for (;;) {
    try {
      return decide(order, known, events, now, givenUp);
    } catch (error) {
      if (!(error instanceof ApplicationFailed)) throw error;
      const attempts = await mailbox.countFailure(order, error.event);
      if (attempts < PATIENCE) throw error;
      const because = `${error.message} (${attempts} drains failed on it)`;
      givenUp = new Map([...givenUp, [error.event, { because, attempts }]]);
    }
  }
}
