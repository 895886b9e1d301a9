import type { ParkedSelection } from '../../persist/parked-selection.ts';
import type { ParkedGroupRow, ParkedRow } from '../../persist/parked-store.ts';
import type { Run } from './replays.ts';
import type { ParkedEvent, ParkedGroup, ReplayRun } from '../shapes/parked.ts';

/** Parked events and replays as the API shows them. */

export function groupView({ firstAt, lastAt, ...group }: ParkedGroupRow): ParkedGroup {
  return { ...group, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() };
}

export function parkedView(row: ParkedRow): ParkedEvent {
  return {
    event: row._id,
    shop: row.shop,
    order: row.order,
    topic: row.topic,
    webhookId: row.webhookId ?? null,
    receivedAt: row.receivedAt.toISOString(),
    error: row.error,
    cause: row.cause,
    attempts: row.attempts,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    state: row.state,
    replays: row.replays ?? 0,
    replay: row.replay ?? null,
    replayedAt: row.replayedAt?.toISOString() ?? null,
  };
}

export function runView(run: Run): ReplayRun {
  const { _id: id, who, reason, rate, state, total, replayed, parkedAgain } = run;
  const startedAt = run.startedAt.toISOString();
  const endedAt = run.endedAt?.toISOString() ?? null;
  const because = run.because ?? null;
  return { id, startedAt, endedAt, who, reason, rate, state, because, total, replayed, parkedAgain };
}

/** The selection in words. */
export function selectionText(which: ParkedSelection): string {
  if ('events' in which)
    return which.events.length === 1 ? (which.events[0] ?? '') : `${which.events.length} by id`;
  const { cause, topic, shop } = which;
  const words = Object.entries({ cause, topic, shop }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return words.length === 0 ? 'all parked events' : words.join(', ');
}
