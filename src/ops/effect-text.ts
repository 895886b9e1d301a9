import type { EffectDetail, HandlerStepRow } from '../operate/shapes/effects.ts';
import { plain } from './plain.ts';
import { counted, facts, table, time } from './table.ts';

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

/** One effect in the history of its order. */
export function effectLine(effect: EffectDetail): string {
  const { destination, state, receipt, attempts, because, lastError, doneAt, dueAt, steps, topic } = effect;
  const said = [
    receipt && `${receipt.answer} in ${receipt.ms} ms`,
    attempts > 1 ? counted(attempts, 'attempt') : null,
    because ?? (state === 'done' ? null : lastError),
    dueAt && `due ${time(dueAt)}`,
    ...steps.map(({ kind, name, state: its }) => `${kind === 'undo' ? 'undo' : name} ${its}`),
  ];
  const at = time(doneAt ?? receipt?.at ?? effect.createdAt);
  const what = topic.startsWith('handler/') ? `${destination} (${topic})` : destination;
  return plain(`-> ${what}  ${state}  ${at}  ${said.filter(Boolean).join(', ')}`.trimEnd());
}

const HEAD = ['round', 'step', 'state', 'when', 'until', 'undone', 'because'];

function cellsOf({ kind, name, state, round, at, until, undoneAt, because }: HandlerStepRow) {
  const step = kind === 'undo' ? 'undo what is done' : name;
  return [round + 1, step, state, time(at), until && time(until), undoneAt && time(undoneAt), because];
}
