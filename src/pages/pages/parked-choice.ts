import type { Selection } from '../../watch/shapes/parked.ts';

/** Which parked events somebody means, for the server and in words. */
export interface Choice {
  which: Selection;
  words: string;
}

/** What a view of parked events may ask for. */
export interface Asks {
  replay: (choice: Choice) => void;
  discard: (choice: Choice) => void;
}

export const EVERYTHING: Choice = { which: {}, words: 'everything that is parked' };

/** The server takes so many by their ids. */
export const MOST_CHOSEN = 1000;

export function theseOf(events: readonly string[]): Choice {
  const words = events.length === 1 ? 'this event' : `the ${events.length} selected events`;
  return { which: { events: events.slice(0, MOST_CHOSEN) }, words };
}

interface Filter {
  cause?: string;
  topic?: string;
  shop?: string;
}

/** What is '' is not asked for. */
export function allLike({ cause = '', topic = '', shop = '' }: Filter): Choice {
  const which = {
    ...(cause !== '' && { cause }),
    ...(topic !== '' && { topic }),
    ...(shop !== '' && { shop }),
  };
  const named = Object.entries(which).map(([name, value]) => `${name} “${value}”`);
  return named.length === 0 ? EVERYTHING : { which, words: `all that is parked with ${named.join(', ')}` };
}

/** A run's id is made here, so that a click that is sent twice is one run. Plain http has no randomUUID. */
export function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
