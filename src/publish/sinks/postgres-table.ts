import type { ClientBase } from 'pg';

/** The columns of the table that a PostgreSQL destination fills: one row for each order, as of its newest version. */
const COLUMNS = {
  order_key: 'text',
  shop: 'text',
  order_id: 'text',
  name: 'text',
  status: 'text',
  version: 'bigint',
  sequence: 'bigint',
  effect_id: 'text',
  type: 'text',
  occurred_at: 'timestamp with time zone',
  data: 'jsonb',
  updated_at: 'timestamp with time zone',
} as const;
const NAMES = Object.keys(COLUMNS);

/** The table exists, but not as it is needed. */
export class WrongTable extends Error {
  override readonly name = 'WrongTable';
}

/**
 * Makes the table if it is missing, and checks that its columns are those that are written. It may have more columns,
 * if they may be empty.
 * @throws WrongTable, or an error of PostgreSQL
 */
export async function prepareTable(client: ClientBase, table: string): Promise<void> {
  const found = await columnsOf(client, table);
  if (found.size === 0) await make(client, table);
  const columns = found.size === 0 ? await columnsOf(client, table) : found;
  const wrong = Object.entries(COLUMNS).filter(([name, type]) => columns.get(name) !== type);
  if (wrong.length === 0) return;
  const wanted = wrong.map(([name, type]) => `${name} ${type}`).join(', ');
  throw new WrongTable(`the table ${table} does not have these columns: ${wanted}`);
}

async function columnsOf(client: ClientBase, table: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [quoted(table)],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** Two publishers may make it at the same moment: PostgreSQL then reports a duplicate to one of them. */
const DUPLICATES: ReadonlySet<unknown> = new Set(['23505', '42P07']);

async function make(client: ClientBase, table: string): Promise<void> {
  const lines = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}${CONSTRAINTS[name] ?? ''}`);
  try {
    await client.query(`create table if not exists ${quoted(table)} (${lines.join(', ')})`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && DUPLICATES.has(error.code))) throw error;
  }
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  order_key: ' primary key',
  shop: ' not null',
  version: ' not null',
  effect_id: ' not null',
  updated_at: ' not null',
};

/**
 * Stores a row, or replaces it by a newer version; one statement, so it happens as a whole or not at all. One commit of
 * an order may have several events: they have its version, and the one with the largest sequence is the newest. A
 * commit of Lockstep itself has no sequence, and a version of its own.
 * `$11` is the message as JSON text: its numbers reach PostgreSQL as they are.
 */
export function upsertInto(table: string, isTransformed: boolean): string {
  const values = NAMES.map((name, i) => VALUES(isTransformed)[name] ?? `$${i + 1}`);
  const changes = NAMES.filter((name) => name !== 'order_key').map((name) => `${name} = excluded.${name}`);
  return `insert into ${quoted(table)} as known (${NAMES.join(', ')}) values (${values.join(', ')})
    on conflict (order_key) do update set ${changes.join(', ')}
    where (known.version, coalesce(known.sequence, 0)) < (excluded.version, coalesce(excluded.sequence, 0))`;
}

/** Without a transformation, the other columns have the head of the message, and `data` has the order. */
const VALUES = (isTransformed: boolean): Readonly<Record<string, string>> => ({
  data: isTransformed ? '$11::jsonb' : `$11::jsonb -> 'data'`,
  updated_at: 'now()',
});

/** The API allows only letters, digits, underscores, and one dot. */
export function quoted(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
