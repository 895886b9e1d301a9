import { Textarea, TextInput } from '@mantine/core';
import type { FieldsProps } from './destination-draft.ts';
import { textField } from './text-field.ts';

/** When nothing is sent, and when it ends. */
export function WhenFields(props: FieldsProps) {
  return (
    <>
      <Textarea
        label="Pause windows"
        description="Nothing is sent in these times, every day or on some days; one on each line"
        placeholder={'02:00-04:00 Europe/Berlin\nsat,sun 00:00-24:00 Europe/Berlin'}
        autosize
        minRows={2}
        maxLength={4000}
        {...textField(props, 'pauseWindows')}
      />
      <TextInput
        label="Ends"
        description="Changes from this time on are not sent. If empty, it has no end"
        placeholder="2027-01-31T23:00:00Z"
        maxLength={40}
        autoComplete="off"
        {...textField(props, 'until')}
      />
    </>
  );
}
