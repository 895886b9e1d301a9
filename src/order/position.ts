import type { EventId } from './identity.ts';

/**
 * The place of an event among all events of its order (P5): a string that sorts in sequence.
 * second in which it happened | triggered-at in µs | rank of its topic | event id
 * Bodies have a resolution of one second, so triggered-at (unsigned) only breaks ties within a second.
 * The id makes the order total.
 */
export type Position = string;

const SECOND_DIGITS = 11;

/** Before every event. */
export const START: Position = '';

export function positionOf(
  occurredAtMs: number,
  triggeredAtMicros: number,
  rank: number,
  id: EventId | Position,
): Position {
  const second = String(Math.floor(occurredAtMs / 1000)).padStart(SECOND_DIGITS, '0');
  return [second, String(triggeredAtMicros).padStart(16, '0'), String(rank).padStart(2, '0'), id].join('.');
}

/** The second in which it happened, since 1970; -1 for {@link START}. */
export function secondOf(position: Position): number {
  return position === START ? -1 : Number(position.slice(0, SECOND_DIGITS));
}
