const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The pauses between attempts. After the last one, the effect is parked: about two days after its first attempt. */
const SCHEDULE_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
] as const;

/** So that lanes that failed together do not come back together. */
const JITTER = 0.1;

/**
 * The pause before the next attempt, in ms; null: there is none.
 * @param failures attempts of this schedule that failed before
 */
export function pauseAfter(failures: number, random: () => number = Math.random): number | null {
  const pause = SCHEDULE_MS[failures];
  return pause === undefined ? null : Math.round(pause * (1 + JITTER * (2 * random() - 1)));
}
