import { scaleLinear, scaleLog } from 'd3-scale';

/** Where a value stands between two ends, and the round values that are written beside it. */
export interface Axis {
  log: boolean;
  ticks: number[];
  place: (value: number) => number;
}

/** `auto` is a logarithm where the largest value is 30 times the smallest: below that all can be read. */
export type Scale = 'linear' | 'log' | 'auto';

interface Ends {
  scale: Scale;
  /** In pixels. */
  from: number;
  to: number;
  /** About how many. */
  ticks: number;
  /** Ends on a round value, not on the largest. */
  rounded: boolean;
}

const AUTO_LOG_RATIO = 30;

export function axisOf(values: readonly number[], ends: Ends): Axis {
  const positive = values.filter((value) => value > 0);
  const least = Math.min(...positive);
  const most = Math.max(...positive);
  const log = ends.scale === 'log' || (ends.scale === 'auto' && most / least >= AUTO_LOG_RATIO);
  if (log && positive.length > 0) return logAxis(least, most, ends);
  return linearAxis(positive.length > 0 ? most : 1, ends);
}

/** From zero: a line that starts elsewhere makes small changes look large. */
function linearAxis(most: number, { from, to, ticks, rounded }: Ends): Axis {
  const scale = scaleLinear([0, most], [from, to]);
  if (rounded) scale.nice(ticks);
  return { log: false, ticks: scale.ticks(ticks), place: scale };
}

/** Zero has no logarithm: it stands where the smallest does. */
function logAxis(least: number, most: number, { from, to, ticks, rounded }: Ends): Axis {
  const scale = scaleLog([least, most > least ? most : least * 10], [from, to]).clamp(true);
  if (rounded) scale.nice();
  const all = scale.ticks();
  const fine = all.filter((tick) => [1, 2, 5].includes(leadingDigit(tick)));
  const coarse = all.filter((tick) => leadingDigit(tick) === 1);
  return { log: true, ticks: fine.length <= ticks || coarse.length < 2 ? fine : coarse, place: scale };
}

function leadingDigit(value: number): number {
  return Number(value.toExponential()[0]);
}
