import { Text } from '@mantine/core';
import type { EffectDetail, EffectsChanged } from '../../operate/shapes/effects.ts';
import { tell } from '../client/api.ts';
import { MayButton } from '../components/may-button.tsx';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';

const UNDOABLE: readonly EffectDetail['state'][] = ['done', 'parked', 'failing'];

/** Undoes what a handler did, if that can be undone now. */
export function UndoEffect({ effect }: { effect: EffectDetail }) {
  const { over, open, close } = useChange<string>();
  const { id, destination, state, steps } = effect;
  const canUndo = steps.some((step) => step.kind === 'step' && step.state === 'done');
  if (!destination.startsWith('handler-') || !UNDOABLE.includes(state) || !canUndo) return null;
  return (
    <>
      <MayButton needs="operator" size="compact-xs" variant="default" onClick={() => open(id)}>
        Undo…
      </MayButton>
      {over && (
        <ChangeDialog
          opened
          onClose={close}
          title="Undo"
          confirmLabel="Undo"
          dangerous
          ready
          onConfirm={async (reason) =>
            (await tell<EffectsChanged>(`/effects/${encodeURIComponent(over)}/undo`, { reason })).did
          }
          what={
            <Text size="sm">
              The handler’s compensations run, the last step’s first. Steps without one stay as they are.
              Later effects of this order at the handler wait until this has ended.
            </Text>
          }
        />
      )}
    </>
  );
}
