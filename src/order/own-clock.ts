import { millisOf } from './instants.ts';
import { secondOf, START, type Position } from './position.ts';

/**
 * Whether something happened, by its own clock, after a body told what it knew. Bodies have a resolution of a
 * second, and within it the body may know of it: then it did not. One that does not say when it happened did not
 * either. If no body told anything, everything is news.
 */
export function isAfter(happenedAt: unknown, told: Position): boolean {
  if (told === START) return true;
  return (ownSecondOf(happenedAt) ?? -1) > secondOf(told);
}

/** The same where the body shows that it did not know of it: then it happened after it in one second, too. */
export function isNotBefore(happenedAt: unknown, told: Position): boolean {
  return told === START || (ownSecondOf(happenedAt) ?? -1) >= secondOf(told);
}

function ownSecondOf(happenedAt: unknown): number | null {
  const at = millisOf(happenedAt);
  return at === null ? null : Math.floor(at / 1000);
}
