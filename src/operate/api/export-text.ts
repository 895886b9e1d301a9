import { csvLine } from '../../system/csv.ts';
import type { Column, ExportMark, ExportRow, OrderExportQuery } from '../shapes/exports.ts';
import type { Batch, ReadBatch } from '../stories/export-batch.ts';

type Format = OrderExportQuery['format'];

interface Spelling {
  type: string;
  extension: string;
  head: (columns: readonly Column[]) => string;
  row: (columns: readonly Column[], row: ExportRow) => string;
  mark: (mark: ExportMark) => string;
}

const jsonLine = (value: object) => `${JSON.stringify(value)}\n`;
const nothing = () => '';
const cellsOf = (columns: readonly Column[], row: ExportRow) => columns.map(({ name }) => row[name] ?? null);
const jsonRow: Spelling['row'] = (columns, row) => {
  const cells = cellsOf(columns, row);
  return jsonLine(Object.fromEntries(columns.map(({ name }, i) => [name, cells[i]])));
};

export const SPELLINGS = {
  csv: {
    type: 'text/csv',
    extension: 'csv',
    head: (columns) => csvLine(columns.map(({ name }) => name)),
    row: (columns, row) => csvLine(cellsOf(columns, row)),
    mark: nothing,
  },
  ndjson: { type: 'application/x-ndjson', extension: 'ndjson', head: nothing, row: jsonRow, mark: nothing },
  marked: {
    type: 'application/x-ndjson',
    extension: 'ndjson',
    head: (columns) => jsonLine({ $columns: columns }),
    row: jsonRow,
    mark: jsonLine,
  },
} as const satisfies Record<Format, Spelling>;

export const MEDIA = [...new Set(Object.values(SPELLINGS).map(({ type }) => type))];

/** An export as text, a piece for each batch. @param first the batch that was already read */
export async function* exportText(
  format: Format,
  columns: readonly Column[],
  first: Batch,
  read: ReadBatch,
): AsyncGenerator<string> {
  const spelling: Spelling = SPELLINGS[format];
  let rows = 0;
  let head = spelling.head(columns);
  for (let batch = first; ; batch = await read(batch.next)) {
    rows += batch.rows.length;
    const body = batch.rows.map((row) => spelling.row(columns, row)).join('');
    const { next } = batch;
    yield head + body + spelling.mark(next === undefined ? { $end: { rows } } : { $cursor: next });
    if (next === undefined) return;
    head = '';
  }
}
