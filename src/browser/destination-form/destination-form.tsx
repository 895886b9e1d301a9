import { useEffect, useState } from 'react';
import type { Destination, DestinationAnswer } from '../../operate/shapes/destinations.ts';
import { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { Preview } from '../preview/preview.tsx';
import { ShownOnce } from '../dialogs/shown-once.tsx';
import { Plain } from '../text/plain.tsx';
import {
  draftOf,
  isComplete,
  nameProblem,
  previewOf,
  requestOf,
  type Draft,
  type FieldsProps,
} from './destination-draft.ts';
import { DestinationFields } from './destination-fields.tsx';

interface DestinationFormProps {
  /** Null: a new one is added. */
  destination: Destination | null;
  /** The names of all destinations, so that adding one does not change another. */
  taken?: readonly string[];
  onClose: () => void;
}

/** Adds or changes a destination. A secret that was made is shown once. */
export function DestinationForm({ destination, taken = [], onClose }: DestinationFormProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(destination));
  const [answer, setAnswer] = useState<DestinationAnswer | null>(null);
  const [failed, setFailed] = useState<{ problem: ApiProblem; draft: Draft } | null>(null);
  const problem: FieldsProps['problem'] = (field, typed) =>
    failed && typed(draft) === typed(failed.draft) ? failed.problem.detailOf(field) : undefined;
  useEffect(focusRefused, [failed]);
  const set = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const names = destination ? null : taken;
  if (answer?.secret !== undefined)
    return (
      <ShownOnce title="New secret" what="secret" text={answer.secret} onClose={onClose}>
        Messages to <Plain text={answer.name} /> are signed with it. Their receiver needs it to check them.
      </ShownOnce>
    );
  const put = async (reason: string) => {
    const place = `/destinations/${encodeURIComponent(draft.name)}`;
    const asked = { ...requestOf(draft), reason };
    const put = tell<DestinationAnswer>(place, asked, { method: 'PUT' });
    const stored = await put.catch((error: unknown) => {
      if (error instanceof ApiProblem) setFailed({ problem: error, draft });
      throw error;
    });
    setAnswer(stored);
    return stored.did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title={destination ? `Change destination ${destination.name}` : 'Add a destination'}
      confirmLabel={destination ? 'Change' : 'Add'}
      ready={isComplete(draft) && (names === null || nameProblem(draft.name, names) === null)}
      onConfirm={put}
      what={
        destination
          ? 'Publishers use the new settings within a second. Effects that exist already are sent with them.'
          : 'The destination gets the changes that it asks for from now on, and earlier ones first if you say from when.'
      }
      extra={
        <>
          <DestinationFields draft={draft} set={set} problem={problem} taken={names} />
          <Preview asked={previewOf(draft)} />
        </>
      }
    />
  );
}

/** The form is longer than a screen: the first field that was refused is brought into view. */
function focusRefused(): void {
  document.querySelector<HTMLElement>('[role="dialog"] [aria-invalid="true"]')?.focus();
}
