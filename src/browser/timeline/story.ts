import type { AuditEntry } from '../../operate/shapes/audit.ts';
import type { EntryWithChanges, Timeline } from '../../operate/shapes/events.ts';

/** One row of an order's history: an event or an operator action. */
export type StoryRow = { kind: 'event'; entry: EntryWithChanges } | { kind: 'act'; act: AuditEntry };

/**
 * Events in the order they were applied, as the API returns them, with operator actions between them: an
 * action comes before the first event that was processed after it. Views of masked bodies change nothing: only the
 * audit log has them.
 */
export function storyOf({ entries, acts: all }: Pick<Timeline, 'entries' | 'acts'>): StoryRow[] {
  const acts = all.filter(({ action }) => action !== 'event.payload');
  const rows: StoryRow[] = [];
  let next = 0;
  for (const entry of entries) {
    const ended = entry.appliedAt ?? null;
    for (let act = acts[next]; act && ended !== null && act.at <= ended; act = acts[next]) {
      rows.push({ kind: 'act', act });
      next += 1;
    }
    rows.push({ kind: 'event', entry });
  }
  return [...rows, ...acts.slice(next).map((act): StoryRow => ({ kind: 'act', act }))];
}
