import type { Delivery } from '../deliveries/life.ts';
import type { Random } from '../deliveries/random.ts';

/** What goes wrong in delivery, in percent of all deliveries. At most one of these happens to a delivery. */
export interface Percentages {
  /** Never sent. */
  drop: number;
  /** Sent one to ten minutes late (times the time scale), so after the deliveries that followed it. */
  delay: number;
  /** Sent twice with the same webhook id. */
  duplicate: number;
  /** Sent after a later delivery of its batch; if it is alone, five seconds late (times the time scale). */
  reorder: number;
  /** Held until it is released manually. */
  hold: number;
}

export const IN_ORDER: Percentages = { drop: 0, delay: 0, duplicate: 0, reorder: 0, hold: 0 };
export type Mishap = keyof Percentages;

const MISHAPS: readonly Mishap[] = ['drop', 'delay', 'duplicate', 'reorder', 'hold'];
const LATE_MS = { from: 60_000, to: 600_000 };
const ALONE_LATE_MS = 5_000;

/** A batch as it will be sent: immediately in this order, later, or on release. */
export interface Disordered {
  atOnce: Delivery[];
  late: { delivery: Delivery; ms: number }[];
  held: Delivery[];
  /** How often each mishap happened in this batch. */
  count: Record<Mishap, number>;
}

/** @param batch what happened together, in the order in which it happened */
export function disordered(batch: readonly Delivery[], percent: Percentages, random: Random): Disordered {
  const result: Disordered = {
    atOnce: [],
    late: [],
    held: [],
    count: { drop: 0, delay: 0, duplicate: 0, reorder: 0, hold: 0 },
  };
  /** The position of each delivery in the batch; a reordered one comes after a later one. */
  const places: { place: number; delivery: Delivery }[] = [];
  batch.forEach((delivery, place) => {
    const mishap = draw(percent, random);
    if (mishap) result.count[mishap] += 1;
    if (mishap === 'drop') return;
    if (mishap === 'hold') return void result.held.push(delivery);
    if (mishap === 'delay') return void result.late.push({ delivery, ms: lateMs(random) });
    const following = batch.length - 1 - place;
    if (mishap !== 'reorder') places.push({ place, delivery });
    else if (following > 0) places.push({ place: place + random.below(following) + 1.5, delivery });
    else result.late.push({ delivery, ms: ALONE_LATE_MS });
    if (mishap === 'duplicate') places.push({ place, delivery });
  });
  result.atOnce = places.sort((a, b) => a.place - b.place).map(({ delivery }) => delivery);
  return result;
}

function draw(percent: Percentages, random: Random): Mishap | null {
  let rest = random.next() * 100;
  for (const mishap of MISHAPS) {
    rest -= percent[mishap];
    if (rest < 0) return mishap;
  }
  return null;
}

function lateMs(random: Random): number {
  return LATE_MS.from + random.below(LATE_MS.to - LATE_MS.from);
}
