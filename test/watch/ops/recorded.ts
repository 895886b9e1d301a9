import { Refusal } from '../../../src/watch/api/refusal.ts';
import type { AuditEntry } from '../../../src/watch/shapes/audit.ts';
import type { EventSummary } from '../../../src/watch/shapes/events.ts';
import type { SearchHit } from '../../../src/watch/shapes/orders.ts';
import type { ParkedEvent, ReplayRun } from '../../../src/watch/shapes/parked.ts';

/** What the API knows, to be changed by tests. */
export interface Recorded {
  /** Newest first. */
  events: EventSummary[];
  hits: SearchHit[];
  acts: AuditEntry[];
  /** Newest first. */
  parked: ParkedEvent[];
  /** How a run ends, and each later look at it. */
  ends: Partial<ReplayRun>[];
  /** How many a dry run counts. */
  counted: number;
  /** How often a run is still running when it is looked at; Infinity: until it is aborted. */
  looksUntilDone: number;
  /** Bodies that changed something, dry runs too. */
  bodies: unknown[];
  away: boolean;
  level: 'look' | 'act';
}

export function unlessAway<Answer>(recorded: Recorded, answer: Answer): Promise<Answer> {
  return recorded.away ? Promise.reject(new Refusal('away', 'MongoDB is away')) : Promise.resolve(answer);
}

export const look = { method: 'get', role: 'viewer', about: '' } as const;
export const act = { method: 'post', role: 'operator', about: '' } as const;
