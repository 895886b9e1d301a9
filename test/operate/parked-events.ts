import type { WaitingEvent } from '../../src/order/event.ts';
import { BY, keyOf, waitingEvent } from '../support/waiting-event.ts';
import type { ServedStories } from './served-stories.ts';

/** An event of an order of its own. It could be applied, although it is parked. */
export function soundEvent(number: number): WaitingEvent {
  const order = keyOf(String(1000 + number));
  return waitingEvent('orders/create', { id: 1000 + number, name: `#${number}` }, { order });
}

/** Parks events as a drain does when it cannot apply them. */
export async function park(
  { inside }: ServedStories,
  events: WaitingEvent[],
  { because = 'no 7 today', at = Date.now() - 60_000 } = {},
): Promise<void> {
  const rejected = events.map((waiting) => ({ waiting, because, attempts: 1 }));
  await inside.tools.journal.write({ ended: [], rejected, now: at, by: BY });
}
