import type { EventId } from './identity.ts';
import type { APPLIED_OUTCOMES } from './outcomes.ts';
import type { Status } from './status.ts';

/**
 * What one commit changed: the source of the change feed (docs/changes.md). An order's document has the record of its
 * last commit, so the record becomes durable in the same write as the commit. It has ids, statuses and names of
 * fields, and no personal data.
 */
export interface CommitRecord {
  /** The order's version after this commit. */
  version: number;
  /** Milliseconds since 1970. */
  committedAt: number;
  /** The order's fields that changed, as the API names them; without those that only the rules need. */
  changed: string[];
  /** In sequence; at least one. */
  events: CommittedEvent[];
}

/** An event that a commit applied. Lockstep's own actions have a topic, but no event, sequence or outcome. */
export interface CommittedEvent {
  event: EventId | null;
  topic: string;
  sequence: number | null;
  outcome: (typeof APPLIED_OUTCOMES)[number] | null;
  occurredAt: number;
  /** Null: the order did not exist yet. */
  before: Statuses | null;
  after: Statuses;
}

export interface Statuses {
  status: Status;
  financialStatus: string | null;
  fulfillmentStatus: string | null;
}
