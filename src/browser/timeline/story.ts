import type { AuditEntry } from '../../operate/shapes/audit.ts';
import type { EffectDetail } from '../../operate/shapes/effects.ts';
import type { EntryWithChanges, Timeline } from '../../operate/shapes/events.ts';

/**
 * One row of an order's history: an event with what it set off, an operator action, or what was set off without an
 * event that is shown.
 */
export type StoryRow =
  | { kind: 'event'; entry: EntryWithChanges; effects: EffectDetail[] }
  | { kind: 'act'; act: AuditEntry }
  | { kind: 'effect'; effects: [EffectDetail, ...EffectDetail[]] };

/**
 * Events in the order they were applied, as the API returns them, with operator actions between them: an action comes
 * before the first event that was processed after it. Effects are at the event that set them off, and messages of a
 * handler behind its run; those without an event are placed like actions. Views of masked bodies change nothing: only
 * the audit log has them.
 */
export function storyOf(timeline: Pick<Timeline, 'entries' | 'acts' | 'effects'>): StoryRow[] {
  const { perEvent, others } = placed(timeline);
  const between = [...actsIn(timeline), ...others].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const rows: StoryRow[] = [];
  let next = 0;
  for (const entry of timeline.entries) {
    const ended = entry.appliedAt ?? null;
    for (let one = between[next]; one && ended !== null && one.at <= ended; one = between[next]) {
      rows.push(one.row);
      next += 1;
    }
    rows.push({ kind: 'event', entry, effects: perEvent.get(entry.event) ?? [] });
  }
  return [...rows, ...between.slice(next).map(({ row }) => row)];
}

interface Dated {
  at: string;
  row: StoryRow;
}

function actsIn({ acts }: Pick<Timeline, 'acts'>): Dated[] {
  const shown = acts.filter(({ action }) => action !== 'event.payload');
  return shown.map((act) => ({ at: act.at, row: { kind: 'act', act } }));
}

/** The effects of each event that is shown; and the others. Messages of a handler follow its run. */
function placed({ entries, effects }: Pick<Timeline, 'entries' | 'effects'>) {
  const events = new Set(entries.map(({ event }) => event));
  const ids = new Set(effects.map(({ id }) => id));
  const causeOf = ({ event, causedBy }: EffectDetail) =>
    event === null && causedBy !== null && ids.has(causedBy) ? causedBy : null;
  const messages = Map.groupBy(effects, causeOf);
  const first = messages.get(null) ?? [];
  const withMessages = (effect: EffectDetail): [EffectDetail, ...EffectDetail[]] => [
    effect,
    ...(messages.get(effect.id) ?? []),
  ];
  const eventOf = ({ event }: EffectDetail) => (event !== null && events.has(event) ? event : null);
  const perEvent = new Map(
    [...Map.groupBy(first, eventOf)].map(([event, its]) => [event, its.flatMap(withMessages)]),
  );
  const others = first.filter((effect) => eventOf(effect) === null);
  return {
    perEvent,
    others: others.map((effect): Dated => ({
      at: effect.createdAt,
      row: { kind: 'effect', effects: withMessages(effect) },
    })),
  };
}
