import type { CommitRecord, CommittedEvent } from './commit-record.ts';
import { ownRecord, type OwnTopic } from './committed.ts';
import { isExternalType } from './external-types.ts';
import type { Order } from './order.ts';
import { STATUSES } from './status.ts';
import { isTopic } from './topics.ts';

/** Which changes of which shops set off an effect at a destination. */
export interface EffectRule {
  /** Topics, types of other systems' events, `status:<new status>`, or `*` for every change. */
  on: readonly string[];
  /** Null: all shops. */
  shops: readonly string[] | null;
}

/** The type of the message that stands for a history that is not kept any more. */
const BACKFILLED = 'lockstep/backfilled';

const OWN_TOPICS: readonly string[] = [
  'lockstep/rebuilt',
  'lockstep/redacted',
  BACKFILLED,
] as const satisfies readonly OwnTopic[];

/** Whether this is something that {@link EffectRule} `on` may name. */
export function isTrigger(text: string): boolean {
  if (text === '*' || isTopic(text) || isExternalType(text) || OWN_TOPICS.includes(text)) return true;
  return STATUSES.some((status) => text === `status:${status}`);
}

/** A change that a commit made: one of its events, and the number of the event in it. */
export interface CommittedChange extends CommittedEvent {
  version: number;
  index: number;
}

/** The changes of a commit, in sequence. */
export function changesOfCommit({
  version,
  events,
}: Pick<CommitRecord, 'version' | 'events'>): CommittedChange[] {
  return events.map((event, index) => ({ ...event, version, index }));
}

/** The newest state of an order as a change: it stands for the history that is not kept any more. */
export function newestAsChange(order: Order, at: number): CommittedEvent[] {
  return ownRecord(BACKFILLED, null, order, [], order.committed?.committedAt ?? at).events;
}

/** An event that changed nothing sets off nothing. A late one sets off what is news. */
const NO_NEWS: ReadonlySet<CommittedEvent['outcome']> = new Set(['stale', 'unchanged'] as const);

/** Whether a change sets off an effect. Pure, so that it can be decided again after a crash. */
export function setsOff({ on, shops }: EffectRule, shop: string, change: CommittedEvent): boolean {
  if (NO_NEWS.has(change.outcome)) return false;
  if (shops !== null && !shops.includes(shop)) return false;
  return on.some((wanted) => wanted === '*' || wanted === change.topic || wanted === statusMove(change));
}

function statusMove({ before, after }: CommittedEvent): string | null {
  return before?.status === after.status ? null : `status:${after.status}`;
}
