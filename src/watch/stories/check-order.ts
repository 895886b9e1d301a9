import { decide } from '../../order/decide.ts';
import type { WaitingEvent } from '../../order/event.ts';
import { orderKey, type OrderKey } from '../../order/identity.ts';
import type { Order, Outcome } from '../../order/order.ts';
import { readEvent } from '../../order/read-event.ts';

/** An event as the journal tells it, with its payload. */
export interface Told {
  event: WaitingEvent;
  outcome: Outcome;
  /** Place in its order's history; null for a parked event. */
  sequence: number | null;
}

/** What is wrong with one order. All zero: once (P3), in sequence (P5), and explained (P8). */
export interface Findings {
  /**
   * Applications beyond one for each event; also a repeat that changed nothing, of an event older than the
   * 200 that an order remembers, after Redis had forgotten it.
   */
  appliedTwice: number;
  /** Applied events that stand behind one that happened later. */
  inversions: number;
  /** 1 where the order is not what the pure rules make of its journal. */
  wrongState: number;
  /** Applied events that the journal does not tell of. */
  unexplained: number;
}

export const NOTHING_WRONG: Findings = { appliedTwice: 0, inversions: 0, wrongState: 0, unexplained: 0 };

/** The names of all findings. */
export const FINDINGS = Object.keys(NOTHING_WRONG) as (keyof Findings)[];

/**
 * Holds an order against its journal, by the pure rules. Knows nothing of how it came to be.
 * @param told every entry of its journal; null as the order means that there is none
 */
export function checkOrder(order: Order | null, told: readonly Told[]): Findings {
  const applied = told
    .filter((each) => each.sequence !== null)
    .toSorted((a, b) => Number(a.sequence) - Number(b.sequence));
  if (!order) return { ...NOTHING_WRONG, wrongState: applied.length > 0 ? 1 : 0 };
  const known = new Set(applied.map(({ event }) => event.id));
  const unexplained = order.applied.filter(({ event }) => !known.has(event)).length;
  return {
    appliedTwice: Math.max(0, order.sequence - applied.length - unexplained) + repeatedIn(applied),
    inversions: inversionsIn(applied),
    wrongState: unexplained === 0 && !isWhatRulesMake(order, applied) ? 1 : 0,
    unexplained,
  };
}

function repeatedIn(applied: readonly Told[]): number {
  return applied.length - new Set(applied.map(({ sequence }) => sequence)).size;
}

function inversionsIn(applied: readonly Told[]): number {
  const positions = applied
    .filter(({ outcome }) => outcome === 'applied')
    .map(({ event }) => {
      const reading = readEvent(event);
      return reading.ok ? reading.event.position : '';
    });
  return positions.filter((position, i) => i > 0 && position <= (positions[i - 1] ?? '')).length;
}

/** Fails closed: what the rules cannot make again is wrong. */
function isWhatRulesMake(order: Order, applied: readonly Told[]): boolean {
  const key: OrderKey = orderKey(order.shop, order.orderId);
  const events = applied.map(({ event }) => event);
  try {
    const rebuilt = decide(key, null, events, 0).order;
    return rebuilt !== null && stateOf(rebuilt) === stateOf(order);
  } catch {
    return false;
  }
}

/** All of an order that must not depend on how its events arrived, as one text. */
function stateOf(order: Order): string {
  // Whose it is, orders of before 0.2 do not say, and those of a redacted shop no more. Parked events are not applied.
  const {
    applied: _,
    statusHistory: __,
    version: ___,
    customers: ____,
    parkedEvents: _____,
    ...state
  } = order;
  return JSON.stringify(state, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : value,
  );
}
