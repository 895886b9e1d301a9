import type { Column, ExportRow } from '../operate/shapes/exports.ts';
import { OpsProblem } from './exit.ts';
import { linesOf } from './lines.ts';
import type { Session } from './session.ts';

/** Rows of an export. */
export interface Piece {
  columns: Column[];
  rows: ExportRow[];
  /** Where the export continues after these rows; null: these are the last, and none is missing. */
  cursor: string | null;
}

/**
 * Reads a marked export, one batch at a time. The API ends it with a mark that has the number of rows: without this
 * mark, the export is not whole.
 * @throws OpsProblem unreachable if it breaks
 */
export async function* readExport(session: Pick<Session, 'open'>, place: string): AsyncGenerator<Piece> {
  let columns: Column[] = [];
  let rows: ExportRow[] = [];
  let count = 0;
  for await (const line of unbroken(await session.open(place))) {
    const mark = parsed(line);
    if (mark.$columns) columns = mark.$columns;
    else if (mark.$cursor !== undefined || mark.$end) {
      if (mark.$end && mark.$end.rows !== count) throw broken();
      yield { columns, rows, cursor: mark.$cursor ?? null };
      if (mark.$end) return;
      rows = [];
    } else {
      rows.push(mark);
      count += 1;
    }
  }
  throw broken();
}

/** A line: a row, or a mark. */
type Line = ExportRow & { $columns?: Column[]; $cursor?: string; $end?: { rows: number } };

async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  try {
    yield* linesOf(body);
  } catch {
    throw broken();
  }
}

function parsed(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    throw broken();
  }
}

function broken(): OpsProblem {
  return new OpsProblem('unreachable', 'the connection broke before the end of the export');
}
