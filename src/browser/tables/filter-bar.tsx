import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import { browserZone, dayOf, endOf, startOf } from '../text/days.ts';
import { useFilters } from './use-filters.ts';

export interface FilterField {
  /** Its name in the URL. */
  name: string;
  label: string;
  kind?: 'text' | 'select' | 'time' | 'day';
  /** Which end of the day, in the browser's time zone, the value stands for; absent: the day itself. */
  edge?: 'start' | 'end';
  /** Other filters that this one replaces. */
  clears?: readonly string[];
  options?: readonly (string | { value: string; label: string })[];
  /** The label of a select's empty choice. */
  any?: string;
  placeholder?: string;
  width?: number;
}

interface FilterBarProps {
  fields: readonly FilterField[];
  /** Shown only on request, or if one of them is set. */
  more?: readonly FilterField[];
}

/** Filters bound to the URL. A text filter applies when typing stops, or on Enter. */
export function FilterBar({ fields, more = [] }: FilterBarProps) {
  const all = [...fields, ...more];
  const { filters, set, any } = useFilters(all.map(({ name }) => name));
  const given = more.filter(({ name }) => filters[name] !== '').length;
  const [isOpen, setOpen] = useState(given > 0);
  const inputs = (some: readonly FilterField[]) =>
    some.map((field) => (
      <Field
        key={field.name}
        field={field}
        value={filters[field.name] ?? ''}
        onChange={(value) => set({ ...cleared(field.clears ?? []), [field.name]: value })}
      />
    ));
  return (
    <search>
      <Group gap="xs" align="flex-end" mb="md" className="filter-bar">
        {inputs(fields)}
        {isOpen && inputs(more)}
        {more.length > 0 && (
          <Button variant="default" size="xs" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Fewer filters' : 'More filters'}
            {given > 0 && ` (${given})`}
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          disabled={!any}
          onClick={() => set(cleared(all.map(({ name }) => name)))}
        >
          Clear
        </Button>
      </Group>
    </search>
  );
}

const cleared = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '']));

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
  if (field.kind === 'day') {
    return (
      <TextInput
        {...shared}
        type="date"
        value={shownDay(value, field)}
        onChange={(event) => onChange(valueOf(event.currentTarget.value, field))}
      />
    );
  }
  return <TypedField field={field} value={value} onChange={onChange} />;
}

const EDGES = { start: startOf, end: endOf };

function valueOf(day: string, { edge }: FilterField): string {
  return edge ? (EDGES[edge](day, browserZone())?.toISOString() ?? '') : day;
}

function shownDay(value: string, { edge }: FilterField): string {
  if (!edge) return value;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? '' : dayOf(time, browserZone());
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
