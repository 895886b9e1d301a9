import type { Collections } from './collections.ts';
import type { EffectDocument } from './effect-schema.ts';
import { createHandlerStepStore, UNDO } from './handler-step-store.ts';

/** Why the steps of a handler cannot be undone. */
export type NoUndo = 'not in this state' | 'nothing to undo' | 'undone already';

/** What can be undone: its run has ended, or has failed and waits. */
const UNDOABLE: readonly EffectDocument['state'][] = ['done', 'parked', 'failing'];

/**
 * An operator asks for the steps of a handler to be undone. The decision is kept first, as a handler's own is, and then the
 * effect is opened: if the process dies in between, the same request opens it.
 * @returns null: the steps will be undone
 */
export async function askForUndo(
  { effects, handlerSteps }: Pick<Collections, 'effects' | 'handlerSteps'>,
  { _id, order, state }: Pick<EffectDocument, '_id' | 'order' | 'state'>,
  because: string,
  at: Date,
): Promise<NoUndo | null> {
  if (!UNDOABLE.includes(state)) return 'not in this state';
  const steps = createHandlerStepStore({ handlerSteps }, () => at.getTime());
  const { round, kept, undo } = await steps.of(_id);
  if (undo?.undoneAt) return 'undone already';
  const open = kept.filter(({ canUndo, undoneAt }) => canUndo && undoneAt === null);
  const last = kept.at(-1);
  if (open.length === 0 || !last) return 'nothing to undo';
  const { version } = last;
  const decision = { name: UNDO, kind: 'undo', result: because, canUndo: true } as const;
  await steps.keep({ _id, order }, { ...decision, round, number: kept.length, version });
  await handlerSteps.updateMany({ effect: { $eq: _id } }, { $set: { endedAt: null } });
  const opened = await effects.updateOne(
    { _id: { $eq: _id }, state: { $in: [...UNDOABLE] } },
    {
      $set: {
        state: 'failing',
        open: true,
        failures: 0,
        dueAt: at,
        sentAt: null,
        doneAt: null,
        because: null,
        lastError: `to be undone: ${because}`,
      },
    },
  );
  return opened.matchedCount === 1 ? null : 'not in this state';
}
