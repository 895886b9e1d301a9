import type { TimelineEntry } from '../../operate/shapes/events.ts';
import type { Topic } from '../../order/topics.ts';

/** Topics whose bodies are whole orders. */
export const WHOLE_ORDERS: readonly string[] = [
  'orders/create',
  'orders/paid',
  'orders/updated',
  'orders/link_requested',
  'orders/partially_fulfilled',
  'orders/fulfilled',
  'orders/cancelled',
  'reconcile/order',
] satisfies Topic[];

/** Outcomes after which the order agrees with the body. */
const IN_STEP: readonly string[] = ['applied', 'unchanged'] satisfies TimelineEntry['outcome'][];

type Entry = Pick<TimelineEntry, 'event' | 'topic' | 'outcome'>;

/**
 * The event with the newest whole order before this event; null if there is none.
 * @param entries in the order of application
 */
export function bodyBefore<Before extends Entry>(
  entries: readonly Before[],
  { event }: Pick<Entry, 'event'>,
): Before | null {
  const before = entries.slice(
    0,
    Math.max(
      0,
      entries.findIndex((entry) => entry.event === event),
    ),
  );
  return (
    before.findLast(({ topic, outcome }) => WHOLE_ORDERS.includes(topic) && IN_STEP.includes(outcome)) ?? null
  );
}
