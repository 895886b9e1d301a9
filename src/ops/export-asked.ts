import { csvLine } from '../system/csv.ts';
import type { Column, ExportRow } from '../operate/shapes/exports.ts';
import { placeOf, queryOf, type QueryParameters } from './ask.ts';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Which export was requested. */
export interface AskedExport {
  kind: 'orders' | 'lines' | 'events';
  format: ExportFormat;
  filter: QueryParameters;
  /** For the audit log. */
  reason: string | undefined;
}

export function exportPlace({ kind, filter, reason }: AskedExport, after: string | null): string {
  return placeOf('exports', kind) + queryOf({ ...filter, reason, format: 'marked', after });
}

interface RowText {
  head: (columns: readonly Column[]) => string;
  row: (columns: readonly Column[], row: ExportRow) => string;
}

const NDJSON: RowText = { head: () => '', row: (_columns, row) => `${JSON.stringify(row)}\n` };

/** How rows are written while they arrive. Parquet is made from NDJSON, once that is whole. */
export const ROW_TEXTS: Readonly<Record<ExportFormat, RowText>> = {
  csv: {
    head: (columns) => csvLine(columns.map(({ name }) => name)),
    row: (columns, row) => csvLine(columns.map(({ name }) => row[name])),
  },
  ndjson: NDJSON,
  parquet: NDJSON,
};

/** Damaged records of an export: how many, and the first of them. */
export interface Damaged {
  count: number;
  first: string[];
}
const FIRST = 10;

export function withDamaged({ count, first }: Damaged, rows: readonly ExportRow[]): Damaged {
  const found = rows.filter(({ damage }) => Array.isArray(damage) && damage.length > 0).map(keyOf);
  return { count: count + found.length, first: [...first, ...found].slice(0, FIRST) };
}

function keyOf({ event, shop, orderId }: ExportRow): string {
  return typeof event === 'string' ? `event ${event}` : `${String(shop)}/${String(orderId)}`;
}
