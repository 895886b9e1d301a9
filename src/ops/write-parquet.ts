import { createReadStream } from 'node:fs';
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Column, ColumnKind, ExportRow } from '../operate/shapes/exports.ts';
import { decimalOf } from '../order/decimal.ts';
import { linesOf } from './lines.ts';

/** A row group is in memory as a whole: it ends at whichever comes first. */
const GROUP_ROWS = 10_000;
const GROUP_CHARACTERS = 16 * 1024 * 1024;

interface ParquetType {
  elements: (name: string) => SchemaElement[];
  valueOf: (value: unknown) => unknown;
}

const same = (value: unknown) => value;
const plainType = (element: Omit<SchemaElement, 'name'>, valueOf = same): ParquetType => ({
  elements: (name) => [{ name, repetition_type: 'OPTIONAL', ...element }],
  valueOf,
});

const TYPES = {
  text: plainType({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }),
  time: plainType({ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }, (value) => new Date(String(value))),
  integer: plainType({ type: 'INT64' }, (value) => BigInt(Number(value))),
  boolean: plainType({ type: 'BOOLEAN' }),
  json: plainType({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, (value) => JSON.stringify(value)),
  money: plainType(
    // 38 digits need 16 bytes.
    {
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      precision: 38,
      scale: 6,
    },
    unscaled,
  ),
  list: {
    elements: (name) => [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ],
    valueOf: same,
  },
} as const satisfies Record<ColumnKind, ParquetType>;

/** An amount in millionths, exactly. */
function unscaled(amount: unknown): bigint {
  const value = decimalOf(String(amount));
  if (value === null) throw new Error(`${String(amount)} is not an amount`);
  return value;
}

/** Writes a file of NDJSON as Parquet, a row group at a time. */
export async function writeParquet(from: string, columns: readonly Column[], to: string): Promise<void> {
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  const elements = columns.flatMap(({ name, kind }) => TYPES[kind].elements(name));
  const writer = new ParquetWriter({ writer: fileWriter(to), schema: [root, ...elements] });
  for await (const rows of groupsOf(from))
    await writer.write({ columnData: columns.map((each) => dataOf(each, rows)), rowGroupSize: GROUP_ROWS });
  await writer.finish();
}

async function* groupsOf(from: string): AsyncGenerator<ExportRow[]> {
  let rows: ExportRow[] = [];
  let characters = 0;
  for await (const line of linesOf(createReadStream(from))) {
    rows.push(JSON.parse(line) as ExportRow);
    characters += line.length;
    if (rows.length < GROUP_ROWS && characters < GROUP_CHARACTERS) continue;
    yield rows;
    [rows, characters] = [[], 0];
  }
  if (rows.length > 0) yield rows;
}

function dataOf({ name, kind }: Column, rows: readonly ExportRow[]) {
  const { valueOf } = TYPES[kind];
  return { name, data: rows.map((row) => (row[name] === null ? null : valueOf(row[name]))) };
}
