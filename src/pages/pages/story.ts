import type { AuditEntry } from '../../watch/shapes/audit.ts';
import type { EntryWithChanges, Timeline } from '../../watch/shapes/events.ts';

/** One row of an order's story: an event, or what somebody did. */
export type Row = { kind: 'event'; entry: EntryWithChanges } | { kind: 'act'; act: AuditEntry };

/**
 * Events in the order of their application, as the API gives them, with people's acts between them: an act
 * stands before the first event that ended after it.
 */
export function storyOf({ entries, acts }: Pick<Timeline, 'entries' | 'acts'>): Row[] {
  const rows: Row[] = [];
  let next = 0;
  for (const entry of entries) {
    const ended = entry.appliedAt ?? null;
    for (let act = acts[next]; act && ended !== null && act.at <= ended; act = acts[next]) {
      rows.push({ kind: 'act', act });
      next += 1;
    }
    rows.push({ kind: 'event', entry });
  }
  return [...rows, ...acts.slice(next).map((act): Row => ({ kind: 'act', act }))];
}
