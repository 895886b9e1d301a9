import { Textarea, TextInput } from '@mantine/core';
import type { FieldsProps } from './destination-draft.ts';

/** When nothing is sent, and when it ends. */
export function WhenFields({ draft, set, problem }: FieldsProps) {
  return (
    <>
      <Textarea
        label="Pause windows"
        description="Nothing is sent in these times, every day or on some days; one on each line"
        placeholder={'02:00-04:00 Europe/Berlin\nsat,sun 00:00-24:00 Europe/Berlin'}
        autosize
        minRows={2}
        maxLength={4000}
        error={problem('pauseWindows', ({ pauseWindows }) => pauseWindows)}
        value={draft.pauseWindows}
        onChange={(event) => set({ pauseWindows: event.currentTarget.value })}
      />
      <TextInput
        label="Ends"
        description="Changes since this time are not sent. If empty, it has no end"
        placeholder="2027-01-31T23:00:00Z"
        maxLength={40}
        autoComplete="off"
        error={problem('until', ({ until }) => until)}
        value={draft.until}
        onChange={(event) => set({ until: event.currentTarget.value })}
      />
    </>
  );
}
