import { OpsProblem } from './exit.ts';
import { exportPlace, ROW_TEXTS, withDamaged, type AskedExport, type Damaged } from './export-asked.ts';
import { PartFile } from './part-file.ts';
import { plainJson, plainLines } from './plain.ts';
import { readExport, type Piece } from './read-export.ts';
import type { Session } from './session.ts';
import { counted } from './table.ts';
import { writeParquet } from './write-parquet.ts';

/** Prints an export. */
export async function exportToScreen(session: Session, asked: AskedExport): Promise<void> {
  const { print, drained, isScreen } = session.terminal;
  const { head, row } = ROW_TEXTS[asked.format];
  const safe = (text: string) => (isScreen ? plainLines(text.replaceAll('\r\n', '\n')) : text);
  let damaged: Damaged = { count: 0, first: [] };
  let isBegun = false;
  for await (const { columns, rows } of readExport(session, exportPlace(asked, null))) {
    const texts = rows.map((each) =>
      asked.format === 'csv' ? row(columns, each) : `${plainJson(each, 0)}\n`,
    );
    print(safe((isBegun ? '' : head(columns)) + texts.join('')));
    await drained();
    isBegun = true;
    damaged = withDamaged(damaged, rows);
  }
  tellDamaged(session, damaged);
}

/** Writes an export to a file, or continues one. */
export async function exportToFile(
  session: Session,
  asked: AskedExport,
  out: string,
  resume: boolean,
): Promise<void> {
  const { kind, format, filter } = asked;
  const name = JSON.stringify({ kind, format, ...filter });
  const part = await (resume ? PartFile.resume(out, name) : PartFile.begin(out, name));
  const bar = session.startProgress(kind);
  try {
    for await (const piece of readExport(session, exportPlace(asked, part.state.cursor))) {
      await addTo(part, piece, asked);
      bar.set(part.state.rows);
    }
    await finish(part, asked);
  } catch (error) {
    throw withAdvice(error, part);
  } finally {
    bar.end();
    await part.close();
  }
  const { rows, damaged } = part.state;
  session.show({ out, rows, damaged: damaged.count }, `${counted(rows, 'row')} in ${out}.`);
  tellDamaged(session, damaged);
}

async function addTo(
  part: PartFile,
  { columns, rows, cursor }: Piece,
  { format }: AskedExport,
): Promise<void> {
  const { head, row } = ROW_TEXTS[format];
  const { state } = part;
  if (state.columns.length > 0 && JSON.stringify(columns) !== JSON.stringify(state.columns))
    throw new OpsProblem('refused', 'Lockstep now exports other columns: start again, without --resume');
  const begin = state.columns.length === 0 ? head(columns) : '';
  await part.append(begin + rows.map((each) => row(columns, each)).join(''));
  const damaged = withDamaged(state.damaged, rows);
  Object.assign(state, { columns, rows: state.rows + rows.length, damaged, cursor });
  if (cursor !== null) await part.flush();
}

async function finish(part: PartFile, { format }: AskedExport): Promise<void> {
  if (format !== 'parquet') return await part.finish();
  const made = `${part.path}.parquet`;
  await writeParquet(part.path, part.state.columns, made);
  await part.finish(made);
}

function withAdvice(error: unknown, { path, state }: PartFile): unknown {
  if (!(error instanceof OpsProblem) || error.exit !== 'unreachable') return error;
  const kept = `${counted(state.rows, 'row')} are in ${path}: repeat the command with --resume to continue`;
  return new OpsProblem('unreachable', `${error.message}; ${kept}`, error.status);
}

function tellDamaged(session: Session, { count, first }: Damaged): void {
  if (count === 0) return;
  session.endAs('refused');
  const more = count > first.length ? ', …' : '';
  session.say(
    `${counted(count, 'row')} of damaged records; the column damage says what is damaged: ${first.join(', ')}${more}`,
  );
}
