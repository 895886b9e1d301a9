import { millisOf } from './instants.ts';
import { secondOf, START, type Position } from './position.ts';

/**
 * Compares when something happened, by its own timestamp, with the body that a field comes from, in seconds since
 * 1970, the resolution of bodies. Something without a timestamp counts as not after any body. If no body has had the
 * field, everything counts as after.
 */
export function secondOfTime(time: string | null | undefined): number | null {
  const at = millisOf(time);
  return at === null ? null : Math.floor(at / 1000);
}

/** In the same second the body may already include it, so that does not count as after. */
export function isAfter(second: number | null, position: Position): boolean {
  return position === START || (second ?? -1) > secondOf(position);
}

/** For things that the body clearly does not include: the same second counts as after, too. */
export function isNotBefore(second: number | null, position: Position): boolean {
  return position === START || (second ?? -1) >= secondOf(position);
}
