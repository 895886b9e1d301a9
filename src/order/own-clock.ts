import { millisOf } from './instants.ts';
import { secondOf, START, type Position } from './position.ts';

/**
 * When something happened by its own clock, beside what a body told: in seconds since 1970, as bodies resolve no
 * more. What does not say when it happened did not happen after anything. If no body told anything, everything is
 * news.
 */
export function secondOfTime(time: unknown): number | null {
  const at = millisOf(time);
  return at === null ? null : Math.floor(at / 1000);
}

/** Within one second the body may know of it: then it did not happen after it. */
export function isAfter(second: number | null, told: Position): boolean {
  return told === START || (second ?? -1) > secondOf(told);
}

/** For what the body shows not to know of: that happened after it in one second, too. */
export function isNotBefore(second: number | null, told: Position): boolean {
  return told === START || (second ?? -1) >= secondOf(told);
}
