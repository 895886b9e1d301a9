import { plain } from './plain.ts';

export type Cell = string | number | boolean | null | undefined;

/** Aligned columns. A column that is empty in every row is left out. */
export function table(rows: readonly (readonly Cell[])[], head: readonly string[] = []): string {
  const texts = rows.map((row) => row.map(cellText));
  const all = head.length > 0 ? [head.map(plain), ...texts] : texts;
  const widths = Array.from({ length: Math.max(0, ...all.map((row) => row.length)) }, (_, column) =>
    texts.some((row) => row[column]) ? Math.max(...all.map((row) => row[column]?.length ?? 0)) : 0,
  );
  return all
    .map((row) => {
      const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
      return cells
        .filter((_, column) => (widths[column] ?? 0) > 0)
        .join('  ')
        .trimEnd();
    })
    .join('\n');
}

/** Names with their values, one a line; `-` for a missing value. */
export function facts(rows: readonly (readonly [string, Cell])[]): string {
  return table(rows.map(([name, value]) => [name, value ?? '-']));
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return plain(String(cell));
}

/** `2026-11-21 12:00:00`, UTC. */
export function time(instant: string | null | undefined): string {
  return instant ? instant.slice(0, 19).replace('T', ' ') : '-';
}

const UNITS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
] as const;

/** A duration, rounded: 0.8 s, 12 min, 3 h. */
export function age(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '?';
  const found = UNITS.find((each) => ms >= 2 * each.ms);
  return found ? `${Math.round(ms / found.ms)} ${found.unit}` : `${(ms / 1000).toFixed(1)} s`;
}

export function known(value: number | null | undefined): string {
  return value === null || value === undefined ? '?' : String(value);
}

/** `1 event`, `2 events`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
