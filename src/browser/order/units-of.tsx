import type { ReactNode } from 'react';
import { Plain } from '../text/plain.tsx';
import { countIn, textIn, type Fields } from './part-fields.ts';

/** `2 × Widget A`, one per line. @param units the number of each line; @param lines the order's */
export function unitsOf(units: readonly Fields[], lines: readonly Fields[]): ReactNode {
  if (units.length === 0) return '–';
  return units.map((unit, at) => {
    const lineId = textIn(unit, 'lineId');
    const line = lines.find(({ id }) => id === lineId);
    const title = (line && textIn(line, 'title')) ?? (lineId === null ? 'unknown' : `line ${lineId}`);
    return (
      <div key={at}>
        {countIn(unit, 'quantity') ?? '?'} × <Plain text={title} max={80} />
      </div>
    );
  });
}
