import type { Selection } from '../../operate/shapes/parked.ts';
import { MOST_CHOSEN } from '../tables/most-chosen.ts';

/** A choice of parked events, for the server and in words. */
export interface Choice {
  which: Selection;
  words: string;
}

/** The actions that views of parked events offer. */
export interface Asks {
  replay: (choice: Choice) => void;
  discard: (choice: Choice) => void;
}

export const EVERYTHING: Choice = { which: {}, words: 'all parked events' };

export function theseOf(events: readonly string[]): Choice {
  const words = events.length === 1 ? 'this event' : `the ${events.length} selected events`;
  return { which: { events: events.slice(0, MOST_CHOSEN) }, words };
}

interface Filter {
  cause?: string;
  topic?: string;
  shop?: string;
}

/** Empty fields do not filter. */
export function allLike({ cause = '', topic = '', shop = '' }: Filter): Choice {
  const which = {
    ...(cause !== '' && { cause }),
    ...(topic !== '' && { topic }),
    ...(shop !== '' && { shop }),
  };
  const named = Object.entries(which).map(([name, value]) => `${name} “${value}”`);
  return named.length === 0 ? EVERYTHING : { which, words: `all parked events with ${named.join(', ')}` };
}

/** The browser makes a run's id, so that a request sent twice is one run. Plain http has no randomUUID. */
export function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
