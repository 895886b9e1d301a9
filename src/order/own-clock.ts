import { millisOf } from './instants.ts';
import { secondOf, START, type Position } from './position.ts';

/**
 * Compares when something happened, by its own clock, with the body that a field comes from. In seconds since 1970,
 * the resolution of bodies. Something without a time of its own did not happen after any body. If no body has the
 * field, everything happened after.
 */
export function secondOfTime(time: unknown): number | null {
  const at = millisOf(time);
  return at === null ? null : Math.floor(at / 1000);
}

/** In the same second the body may know it, so that is not after. */
export function isAfter(second: number | null, told: Position): boolean {
  return told === START || (second ?? -1) > secondOf(told);
}

/** For things that the body shows that it does not know: those of the same second also happened after it. */
export function isNotBefore(second: number | null, told: Position): boolean {
  return told === START || (second ?? -1) >= secondOf(told);
}
