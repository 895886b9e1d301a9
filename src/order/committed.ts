import type { CommitRecord, CommittedEvent, Statuses } from './commit-record.ts';
import type { Facts } from './event.ts';
import type { Applied, Order } from './order.ts';
import { sameValue } from './same-value.ts';

/** The rules for the record of a commit (commit-record.ts). */

/** @param before the order without the event, and `after` with it */
export function committedEvent(
  before: Order,
  after: Order,
  topic: string,
  { event, sequence, outcome, occurredAt }: Applied,
): CommittedEvent {
  const known = before.sequence === 0 ? null : statusesOf(before);
  return { event, topic, sequence, outcome, occurredAt, before: known, after: statusesOf(after) };
}

/** @param before the order as it was loaded */
export function commitRecord(
  before: Order,
  after: Order,
  events: CommittedEvent[],
  committedAt: number,
): CommitRecord {
  return { version: before.version + 1, committedAt, changed: changedFields(before, after), events };
}

/** The topics of Lockstep's own commits, and of the message that stands for older ones (effects.ts). */
export type OwnTopic = 'lockstep/rebuilt' | 'lockstep/redacted' | 'lockstep/backfilled';

/** The record of a commit that applies no event. @param before null: there was no order */
export function ownRecord(
  topic: OwnTopic,
  before: Order | null,
  after: Order,
  changed: string[],
  at: number,
): CommitRecord {
  const known = before && statusesOf(before);
  const event = { event: null, topic, sequence: null, outcome: null, occurredAt: at };
  const events = [{ ...event, before: known, after: statusesOf(after) }];
  return { version: after.version, committedAt: at, changed, events };
}

/** Names of the fields that differ. */
export function changedFields(before: Order, after: Order): string[] {
  const [x, y] = [shownFields(before), shownFields(after)];
  const names = new Set([...Object.keys(x), ...Object.keys(y)]);
  return [...names].filter((name) => !sameValue(x[name], y[name]));
}

/** Without `whole`, whose position changes with every body; only its body is compared. */
function shownFields(order: Order): Readonly<Record<string, unknown>> {
  const { name, status, ends, lines, customers, parts, external, whole } = order;
  // As far as they can be read: a document may have been damaged.
  const { presentmentTotalOf: _, ...facts } = (order.facts as Partial<Facts> | null) ?? {};
  const { cancelled: cancelledAt, deletedAt } = (ends as Order['ends'] | null) ?? {};
  return {
    name,
    status,
    ...facts,
    cancelledAt,
    deletedAt,
    lines,
    customers,
    ...parts,
    external,
    body: whole?.body,
  };
}

/** Never throws: a document may have been damaged, and can still be redacted and rebuilt. */
function statusesOf({ status, facts }: Order): Statuses {
  const { financialStatus = null, fulfillmentStatus = null } = (facts as Facts | null) ?? {};
  return { status, financialStatus, fulfillmentStatus };
}
