import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { Draft, FieldsProps } from './destination-draft.ts';
import { textField } from './text-field.ts';

const HTTP = { value: 'http', label: 'over HTTP' };
const SQL = { value: 'sql', label: 'by a query' };

/** PostgreSQL's own table is read unless a query or an address is given. */
function waysOf({ kind }: Draft) {
  return kind === 'postgres'
    ? [{ value: 'none', label: 'its table' }, SQL, HTTP]
    : [{ value: 'none', label: 'not at all: from a file, on the command line' }, HTTP];
}

/** How a comparison reads what the other side has. */
export function ReadBackFields(props: FieldsProps) {
  const { draft, set } = props;
  return (
    <>
      <NativeSelect
        label="Read-back"
        description="How what it has is read, to compare it with what was sent to it"
        data={waysOf(draft)}
        value={draft.readBack}
        onChange={(event) => set({ readBack: event.currentTarget.value as Draft['readBack'] })}
      />
      {draft.readBack === 'http' && (
        <TextInput
          label="Address to read from"
          description="Answers GET with its orders and their versions, by key"
          required
          placeholder="https://erp.example.com/orders"
          maxLength={2000}
          autoComplete="off"
          {...textField(props, 'readBackUrl', 'readBack')}
        />
      )}
      {draft.readBack === 'sql' && (
        <Textarea
          label="Query"
          description="With the columns key and version"
          required
          placeholder="select id as key, version from orders"
          autosize
          maxLength={10_000}
          {...textField(props, 'readBackQuery', 'readBack')}
        />
      )}
    </>
  );
}
