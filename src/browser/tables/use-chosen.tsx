import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { Column } from './data-table.tsx';
import { MOST_CHOSEN } from './most-chosen.ts';

interface Choosing<T> {
  idOf: (row: T) => string;
  /** Names a row for screen readers. */
  nameOf: (row: T) => string;
}

/** The selected rows, by id. A row that has left the list is no longer selected. */
export function useChosen<T>(rows: readonly T[], { idOf, nameOf }: Choosing<T>) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const ids = rows.map(idOf);
  const chosen = ids.filter((id) => ticked.has(id));
  const all = rows.length > 0 && chosen.length === Math.min(rows.length, MOST_CHOSEN);
  const toggle = (id: string) => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
  };
  const column: Column<T> = {
    width: 36,
    head: (
      <Checkbox
        size="xs"
        aria-label="Select all shown"
        checked={all}
        indeterminate={!all && chosen.length > 0}
        onChange={() => setTicked(new Set(all ? [] : ids.slice(0, MOST_CHOSEN)))}
      />
    ),
    cell: (row) => (
      <Checkbox
        size="xs"
        aria-label={`Select ${nameOf(row)}`}
        checked={ticked.has(idOf(row))}
        onChange={() => toggle(idOf(row))}
      />
    ),
  };
  return { chosen, column };
}
