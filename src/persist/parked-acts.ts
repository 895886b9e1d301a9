import { createHash } from 'node:crypto';
import type { Collections } from './collections.ts';
import type { ParkedSelection } from './parked-selection.ts';

// How actions mark parked events, and how the audit names those events.

/** A replay that has taken an event, and when. */
export interface ReplayHold {
  run: string;
  at: Date;
  /** The replay's audit entry. */
  entry?: number | undefined;
}

/** The action that discards events. */
export interface Discard {
  /** The action's name in the audit, and its entry. */
  as: string;
  entry: number | null;
  at: Date;
}

/** Marks an event with the action that changes it. */
function marked(entry: number | null | undefined) {
  return typeof entry === 'number' ? { $addToSet: { acts: entry } } : {};
}

export function takenBy({ run, at, entry }: ReplayHold) {
  const replaying = { state: 'replaying' as const, replay: run, replayedAt: at };
  return { $set: replaying, $inc: { replays: 1 }, ...marked(entry) };
}

export function discardedBy({ as, entry, at }: Discard) {
  return { $set: { state: 'discarded' as const, discardedAs: as, discardedAt: at }, ...marked(entry) };
}

/** Which events an action was about, for the audit. */
export interface Named {
  events: number;
  words: string;
}

/** Up to this many events are named individually, by as many digits as lists show. */
const ONE_BY_ONE = 20;
const DIGITS = 12;

export async function namedIn(parked: Collections['parked'], conditions: object): Promise<Named> {
  const found = await parked.find(conditions, { _id: 1 }).lean<{ _id: string }[]>();
  return nameEvents(found.map(({ _id }) => _id));
}

/** How many events there are, a hash that identifies exactly these, and the first of them. */
function nameEvents(ids: readonly string[]): Named {
  const sorted = ids.toSorted();
  const begins = sorted.slice(0, ONE_BY_ONE).map((id) => id.slice(0, DIGITS));
  const more = sorted.length > ONE_BY_ONE ? ', …' : '';
  const count = sorted.length === 1 ? '1 event' : `${sorted.length} events`;
  const hash = sha256(sorted.join('\n'));
  const words = `${count}, SHA-256 of the sorted ids, one per line: ${hash}; ${begins.join(', ')}${more}`;
  return { events: sorted.length, words };
}

/** A hash of a selection, independent of how the selection is written. */
export function markOf(which: ParkedSelection): string {
  if ('events' in which) return sha256(JSON.stringify(which.events.toSorted()));
  const { cause = null, topic = null, shop = null } = which;
  return sha256(JSON.stringify({ cause, topic, shop }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
