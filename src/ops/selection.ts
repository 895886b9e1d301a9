import { Option } from 'commander';
import type { Selection } from '../operate/shapes/parked.ts';
import { OpsProblem } from './exit.ts';
import { findEvent } from './find.ts';
import type { Session } from './session.ts';
import { shopOption, topicOption } from './verb.ts';

/** The options that select parked events. */
export interface Selecting {
  cause?: string;
  topic?: string;
  shop?: string;
  all?: true;
}

export const selectionOptions = () => [
  new Option('--cause <cause>', 'Filter by cause (exact match), as in `parked ls --json`'),
  topicOption(),
  shopOption(),
  new Option('--all', 'Select all parked events'),
];

/** The selected events: exactly one of hashes, a filter, or `--all`. @throws OpsProblem usage otherwise */
export async function selectionOf(
  session: Session,
  events: readonly string[],
  { cause, topic, shop, all }: Selecting,
): Promise<Selection> {
  const filter = Object.fromEntries(
    Object.entries({ cause, topic, shop }).filter(([, value]) => value !== undefined),
  );
  const ways = [events.length > 0, Object.keys(filter).length > 0, all === true].filter(Boolean);
  if (ways.length !== 1)
    throw new OpsProblem('usage', 'specify one of: events, a filter (--cause, --topic, --shop), or --all');
  if (events.length > 1000) throw new OpsProblem('usage', 'too many events: at most 1000 at a time');
  if (events.length === 0) return filter;
  const found: string[] = [];
  for (const typed of events) found.push(await findEvent(session, typed));
  return { events: [...new Set(found)] };
}
