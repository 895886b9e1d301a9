import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import { useFilters } from './use-filters.ts';

export interface FilterField {
  /** Its name in the URL. */
  name: string;
  label: string;
  kind?: 'text' | 'select' | 'time';
  options?: readonly (string | { value: string; label: string })[];
  /** The label of a select's empty choice. */
  any?: string;
  placeholder?: string;
  width?: number;
}

/** Filters bound to the URL. A text filter applies when typing stops, or on Enter. */
export function FilterBar({ fields }: { fields: readonly FilterField[] }) {
  const { filters, set, any } = useFilters(fields.map(({ name }) => name));
  return (
    <search>
      <Group gap="xs" align="flex-end" mb="md" className="filter-bar">
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={filters[field.name] ?? ''}
            onChange={(value) => set({ [field.name]: value })}
          />
        ))}
        <Button
          variant="default"
          size="xs"
          disabled={!any}
          onClick={() => set(Object.fromEntries(fields.map(({ name }) => [name, ''])))}
        >
          Clear
        </Button>
      </Group>
    </search>
  );
}

interface FieldProps {
  field: FilterField;
  value: string;
  onChange: (value: string) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const shared = { label: field.label, size: 'xs', w: field.width ?? 150 } as const;
  if (field.kind === 'select') {
    return (
      <NativeSelect
        {...shared}
        value={value}
        data={[{ value: '', label: field.any ?? 'any' }, ...(field.options ?? [])]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (field.kind === 'time') {
    return (
      <TextInput
        {...shared}
        w={field.width ?? 200}
        type="datetime-local"
        step={1}
        value={localOf(value)}
        onChange={(event) => onChange(isoOf(event.currentTarget.value))}
      />
    );
  }
  return <TypedField field={field} value={value} onChange={onChange} />;
}

const TYPING_MS = 400;

function TypedField({ field, value, onChange }: FieldProps) {
  const [typed, setTyped] = useState(value);
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    setApplied(value);
    setTyped(value);
  }
  // onChange is new at every render: as a dependency it would restart the wait.
  const apply = useEffectEvent(() => onChange(typed.trim()));
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => apply(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <TextInput
      label={field.label}
      size="xs"
      w={field.width ?? 150}
      placeholder={field.placeholder}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(typed.trim());
      }}
      maxLength={300}
    />
  );
}

/** `2026-11-21T12:00:00` in UTC, the format of the browser's field. */
function localOf(iso: string): string {
  const date = new Date(iso);
  if (iso === '' || Number.isNaN(date.getTime())) return '';
  return date.toISOString().slice(0, 19);
}

function isoOf(text: string): string {
  const date = new Date(`${text}Z`);
  return text === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
