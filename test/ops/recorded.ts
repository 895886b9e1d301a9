import { Refusal } from '../../src/operate/refusal.ts';
import type { AuditEntry } from '../../src/operate/shapes/audit.ts';
import type { EventSummary } from '../../src/operate/shapes/events.ts';
import type { SearchHit } from '../../src/operate/shapes/orders.ts';
import type { ParkedEvent, ReplayRun } from '../../src/operate/shapes/parked.ts';

/** The API's data; tests change it. */
export interface Recorded {
  /** Newest first. */
  events: EventSummary[];
  hits: SearchHit[];
  acts: AuditEntry[];
  /** Newest first. */
  parked: ParkedEvent[];
  /** What a finished run answers to each further poll; the last one repeats. */
  ends: Partial<ReplayRun>[];
  /** Events that a dry run counts. */
  counted: number;
  /** Polls for which a run is still running; Infinity: until it is aborted. */
  looksUntilDone: number;
  /** Bodies of requests that change something, including dry runs. */
  bodies: unknown[];
  away: boolean;
  level: 'look' | 'act';
  /** Whether the holder of the lock is alive; null: unknown. */
  holderAlive: boolean | null;
}

export function unlessAway<Answer>(recorded: Recorded, answer: Answer): Promise<Answer> {
  return recorded.away ? Promise.reject(new Refusal('away', 'MongoDB is down')) : Promise.resolve(answer);
}

export const look = { method: 'get', role: 'viewer', about: '' } as const;
export const act = { method: 'post', role: 'operator', about: '' } as const;
