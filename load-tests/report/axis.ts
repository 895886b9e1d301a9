import { scaleLinear, scaleLog } from 'd3-scale';

/** Positions of values between two ends, and round values for the labels. */
export interface Axis {
  log: boolean;
  ticks: number[];
  place: (value: number) => number;
}

/**
 * `auto` is logarithmic if the largest value is at least 30 times the smallest; otherwise a linear axis is
 * readable.
 */
export type Scale = 'linear' | 'log' | 'auto';

interface Ends {
  scale: Scale;
  /** In pixels. */
  from: number;
  to: number;
  /** Approximate number of ticks. */
  ticks: number;
  /** Ends at a round value, not at the largest. */
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

/** Starts at zero: an axis that starts elsewhere exaggerates small changes. */
function linearAxis(most: number, { from, to, ticks, rounded }: Ends): Axis {
  const scale = scaleLinear([0, most], [from, to]);
  if (rounded) scale.nice(ticks);
  return { log: false, ticks: scale.ticks(ticks), place: scale };
}

/** Zero has no logarithm: it is drawn at the position of the smallest value. */
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
