import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { ParkedEvent } from '../../operate/shapes/parked.ts';
import type { Column } from '../tables/data-table.tsx';
import { MOST_CHOSEN } from './parked-choice.ts';

/** The selected rows. A row that has left the list is no longer selected. */
export function useChosen(rows: readonly ParkedEvent[]) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const events = rows.filter(({ event }) => ticked.has(event)).map(({ event }) => event);
  const all = rows.length > 0 && events.length === Math.min(rows.length, MOST_CHOSEN);
  const toggle = (event: string) => {
    const next = new Set(ticked);
    if (!next.delete(event)) next.add(event);
    setTicked(next);
  };
  const column: Column<ParkedEvent> = {
    width: 36,
    head: (
      <Checkbox
        size="xs"
        aria-label="Select all shown"
        checked={all}
        indeterminate={!all && events.length > 0}
        onChange={() => setTicked(new Set(all ? [] : rows.slice(0, MOST_CHOSEN).map(({ event }) => event)))}
      />
    ),
    cell: ({ event }) => (
      <Checkbox
        size="xs"
        aria-label={`Select event ${event.slice(0, 12)}`}
        checked={ticked.has(event)}
        onChange={() => toggle(event)}
      />
    ),
  };
  return { events, column };
}
