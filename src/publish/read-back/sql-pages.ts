import type { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import { codeOfError, whyUnreachable } from '../sinks/error-code.ts';
import { poolOf } from '../sinks/postgres-sink.ts';
import { quoted } from '../sinks/postgres-table.ts';
import { assertPublicHost, PrivateAddress } from '../sinks/public-address.ts';
import type { DestinationOf } from '../sinks/sink.ts';
import { heldOf, ReadBackProblem, type From, type Held } from './held.ts';

const ROWS_AT_ONCE = 1000;
/** Of one statement: it may sort all rows. */
const STATEMENT_MS = 60_000;

/**
 * Rows of a query with the columns `key` and `version`, page by page; without a query, those of the destination's own
 * table. The connection only reads.
 * @throws ReadBackProblem
 */
export async function* sqlPages(
  destination: DestinationOf<'postgres'>,
  credentials: string | null,
  query: string | null,
  { after: begin }: From,
): AsyncGenerator<Held> {
  const sockets = new Set<Socket>();
  const pool = poolOf({ ...destination, concurrency: 1 }, credentials, sockets);
  let client: PoolClient | null = null;
  try {
    if (!destination.allowPrivate) assertPublicHost(new URL(destination.settings.url));
    client = await pool.connect();
    await client.query(`set default_transaction_read_only = on; set statement_timeout = ${STATEMENT_MS}`);
    let after = begin;
    for (;;) {
      const { rows } = await client.query<{ key: string; version: string }>(pageOf(destination, query), [
        after,
      ]);
      for (const { key, version } of rows) yield heldOf({ key, version: Number(version) }, null);
      if (rows.length < ROWS_AT_ONCE) return;
      after = rows.at(-1)?.key ?? null;
    }
  } catch (error) {
    throw problemOf(error);
  } finally {
    client?.release(true);
    await pool.end();
    for (const socket of sockets) socket.destroy();
  }
}

function pageOf({ settings: { table } }: DestinationOf<'postgres'>, query: string | null): string {
  const asked = query ?? `select order_key as key, version from ${quoted(table)}`;
  return `select key, version from (
      select key::text collate "C" as key, version::bigint::text as version from (${asked}\n) as asked
    ) as held where $1::text is null or key > $1 order by key limit ${ROWS_AT_ONCE}`;
}

/** Messages of PostgreSQL may quote values, so only the code is shown. */
function problemOf(error: unknown): Error {
  if (error instanceof ReadBackProblem) return error;
  if (error instanceof PrivateAddress) return new ReadBackProblem(error.message);
  const code = codeOfError(error) ?? 'no answer';
  const isState = /^[0-9A-Z]{5}$/.test(code);
  const because = isState ? `PostgreSQL does not answer the query (${code})` : whyUnreachable(code);
  return new ReadBackProblem(because, { cause: error });
}
