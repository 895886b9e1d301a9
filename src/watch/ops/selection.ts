import { Option } from 'commander';
import type { Selection } from '../shapes/parked.ts';
import { OpsProblem } from './exit.ts';
import { findEvent } from './find.ts';
import type { Session } from './session.ts';
import { shopOption, topicOption } from './verb.ts';

/** Which parked events, as options. */
export interface Selecting {
  cause?: string;
  topic?: string;
  shop?: string;
  all?: true;
}

export const selectionOptions = () => [
  new Option('--cause <cause>', 'of this cause, word for word as `parked ls --json` has it'),
  topicOption(),
  shopOption(),
  new Option('--all', 'everything that is parked'),
];

/** Exactly one way of saying which: events by hash, a filter, or all. @throws OpsProblem usage */
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
    throw new OpsProblem('usage', 'say which: events by their hash, or --cause, --topic, --shop, or --all');
  if (events.length > 1000) throw new OpsProblem('usage', 'at most 1000 events at a time');
  if (events.length === 0) return filter;
  const found: string[] = [];
  for (const typed of events) found.push(await findEvent(session, typed));
  return { events: [...new Set(found)] };
}
