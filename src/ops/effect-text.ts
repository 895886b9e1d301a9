import type { EffectDetail, HandlerStepRow } from '../operate/shapes/effects.ts';
import { facts, table, time } from './table.ts';

/** One effect, and what its handler has done. */
export function effectText(effect: EffectDetail): string {
  const { receipt, steps } = effect;
  const head = facts([
    ['effect', effect.id],
    ['destination', effect.destination],
    ['order', effect.order],
    ['version', effect.version],
    ['topic', effect.late ? `${effect.topic} (late)` : effect.topic],
    ['state', effect.state],
    ['reason', effect.because ?? effect.lastError],
    ['attempts', effect.attempts],
    ['last attempt', time(receipt?.at)],
    ['its answer', receipt && `${receipt.answer}, ${receipt.ms} ms`],
    ['due', time(effect.dueAt)],
    ['ended', time(effect.doneAt)],
  ]);
  return steps.length === 0 ? head : `${head}\n\n${table(steps.map(cellsOf), HEAD)}`;
}

const HEAD = ['round', 'step', 'state', 'when', 'until', 'undone', 'because'];

function cellsOf({ kind, name, state, round, at, until, undoneAt, because }: HandlerStepRow) {
  const step = kind === 'undo' ? 'undo what is done' : name;
  return [round + 1, step, state, time(at), until && time(until), undoneAt && time(undoneAt), because];
}
