import type { EffectDocument } from '../../persist/effect-schema.ts';
import type { HandlerStepDocument } from '../../persist/handler-step-schema.ts';
import type { HandlerStepKind } from '../../system/states.ts';
import type { EffectRow, HandlerStepRow } from '../shapes/effects.ts';

/** What operators see of an effect. */
export type ShownEffect = Omit<EffectDocument, 'before' | 'after' | 'body' | 'wrote'>;

export function effectRow(effect: ShownEffect): EffectRow {
  const { _id: id, destination, order, shop, version, sequence, event, topic, state, attempts } = effect;
  const { lastError, because, late, causedBy, createdAt, dueAt, doneAt, receipt } = effect;
  return {
    id,
    destination,
    order,
    shop,
    version,
    sequence,
    event,
    topic,
    state,
    attempts,
    lastError,
    because,
    late,
    causedBy: causedBy ?? null,
    createdAt: createdAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    doneAt: doneAt?.toISOString() ?? null,
    receipt: receipt && { ...receipt, at: receipt.at.toISOString() },
  };
}

/** What a handler has done for an effect. */
export function stepRow(step: HandlerStepDocument, now: number): HandlerStepRow {
  const { kind, name, round, keptAt, undoneAt, result, version } = step;
  const untilMs = kind === 'sleep' && result !== null ? Number(result) : null;
  return {
    kind,
    name,
    state: STEP_STATES[kind](undoneAt !== null, untilMs !== null && untilMs > now),
    round,
    at: keptAt.toISOString(),
    until: untilMs === null ? null : new Date(untilMs).toISOString(),
    undoneAt: undoneAt?.toISOString() ?? null,
    because: kind === 'undo' ? result : null,
    version,
  };
}

const STEP_STATES = {
  step: (isUndone) => (isUndone ? 'undone' : 'done'),
  effect: () => 'done',
  sleep: (_isUndone, sleeps) => (sleeps ? 'sleeping' : 'done'),
  undo: (isUndone) => (isUndone ? 'done' : 'undoing'),
} as const satisfies Record<HandlerStepKind, (isUndone: boolean, sleeps: boolean) => HandlerStepRow['state']>;
