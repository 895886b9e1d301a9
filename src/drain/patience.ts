import type { Mailbox } from '../deposit/mailbox.ts';
import type { Order } from '../order/order.ts';
import { ApplicationFailed, decide, type Decision } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import type { EventId, OrderKey } from '../order/identity.ts';

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
  const givenUp = new Map<EventId, string>();
  for (;;) {
    try {
      return decide(order, known, events, now, givenUp);
    } catch (error) {
      if (!(error instanceof ApplicationFailed)) throw error;
      const failures = await mailbox.countFailure(order, error.event);
      if (failures < PATIENCE) throw error;
      givenUp.set(error.event, `${error.message} (${failures} drains failed on it)`);
    }
  }
}
