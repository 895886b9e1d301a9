import { deriveStatus } from './derive-status.ts';
import type { OrderEvent } from './event.ts';
import { momentText } from './instants.ts';
import { join, type Joined } from './join.ts';
import { remember, rememberStatus, type Applied, type Order } from './order.ts';
import { ownOf } from './own-of.ts';
import type { PaymentTallies } from './payment-tallies.ts';
import { MOVES, type Status } from './status.ts';
import { CREATE } from './topics.ts';

/**
 * Applies one event to its order (P5) and returns the outcome:
 *   applied    in sequence, with new data
 *   late       out of sequence: later events were applied first; only data that is still new was applied
 *   stale      the order already has newer data about the same thing
 *   unchanged  contained nothing new
 * So the events with outcome `applied` are always listed in the order in which they happened.
 * @param tallies shared by the events that are applied to one order in turn
 */
export function applyEvent(
  order: Order,
  event: OrderEvent,
  now: number,
  tallies?: PaymentTallies,
): { order: Order; applied: Applied } {
  const joined = join(order, event);
  const inTurn = event.position > order.position;
  const { outcome, because } = verdict(order, event, joined, inTurn);
  const applied: Applied = {
    event: event.id,
    outcome,
    because,
    sequence: order.sequence + 1,
    occurredAt: event.occurredAt,
    appliedAt: now,
    ...(event.notes.length > 0 && { notes: event.notes }),
  };
  const counted = { ...joined.order, sequence: applied.sequence, applied: remember(order, applied) };
  const moved = inTurn
    ? { ...counted, position: event.position, furthest: { topic: event.topic, at: event.occurredAt } }
    : counted;
  // Only Shopify's events give an order its status.
  if (event.external) return { order: moved, applied };
  return { order: moveStatus(moved, deriveStatus(moved, tallies), event, now), applied };
}

type Verdict = Pick<Applied, 'outcome' | 'because'>;

function verdict(order: Order, event: OrderEvent, joined: Joined, inTurn: boolean): Verdict {
  if (joined.fresh)
    return inTurn
      ? { outcome: 'applied', because: null }
      : {
          outcome: 'late',
          because: `processed after ${furthestOf(order, event)}; only new data was applied`,
        };
  if (event.topic === CREATE && order.furthest)
    return {
      outcome: 'late',
      because: `the order already existed: ${furthestOf(order, event)} was processed first`,
    };
  if (joined.outdated) return { outcome: 'stale', because: `older than ${knownOf(order, event)}` };
  return { outcome: 'unchanged', because: `contains nothing new compared with ${knownOf(order, event)}` };
}

function furthestOf({ furthest }: Order, { occurredAt }: OrderEvent): string {
  return furthest ? `${furthest.topic} (${momentText(furthest.at, occurredAt)})` : 'nothing';
}

/** What the order already had when the event brought nothing new. */
function knownOf(order: Order, event: OrderEvent): string {
  const [part] = event.parts;
  const external = ownOf(order.external, event.topic);
  if (external) return `${event.topic} (${momentText(external.occurredAt, event.occurredAt)})`;
  if (event.snapshot && order.snapshot)
    return `the state from ${order.snapshot.topic} (${momentText(order.snapshot.at, event.occurredAt)})`;
  return part ? `the known version of ${part.kind} ${part.part.id}` : furthestOf(order, event);
}

function moveStatus(order: Order, status: Status, event: OrderEvent, now: number): Order {
  if (status === order.status && order.statusHistory.length > 0) return order;
  if (MOVES[order.status][status] === 'never')
    throw new Error(`the status cannot change from ${order.status} to ${status}`);
  const change = {
    status,
    occurredAt: event.occurredAt,
    appliedAt: now,
    topic: event.topic,
    event: event.id,
  };
  return { ...order, status, statusHistory: rememberStatus(order, change) };
}
