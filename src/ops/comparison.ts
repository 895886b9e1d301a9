import { readFileSync, statSync } from 'node:fs';
import type { ComparedPart } from '../operate/shapes/comparisons.ts';
import { messageOf } from '../system/errors.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted, facts, table } from './table.ts';

/** An order as a file says that the other side has it. */
interface Held {
  key: string;
  version: number;
}

/** All parts of a comparison. */
export type Comparison = Omit<ComparedPart, 'next'>;

const ORDERS_AT_ONCE = 1000;
/** The other side could answer without end. */
const MOST_DIFFERENCES = 100_000;

/** Compares part by part. @param file null: the other side is read */
export async function compareAll(
  session: Session,
  place: string,
  { file, at }: { file: string | null; at: string | undefined },
): Promise<Comparison> {
  const all: Comparison = { compared: 0, onItsWay: 0, unchecked: 0, differences: [] };
  const add = async (body: object): Promise<void> => {
    let next: string | null = null;
    do {
      const part: ComparedPart = await session.send<ComparedPart>(place, { ...body, next });
      for (const name of ['compared', 'onItsWay', 'unchecked'] as const) all[name] += part[name];
      all.differences.push(...part.differences);
      next = part.next;
      if (all.differences.length >= MOST_DIFFERENCES)
        throw new OpsProblem(
          'refused',
          `more than ${MOST_DIFFERENCES} differences: is it the right destination?`,
        );
    } while (next !== null);
  };
  if (file === null) await add({});
  else for (const held of partsOf(readHeld(file))) await add({ held: { ...held, at: at ?? madeAt(file) } });
  return all;
}

function madeAt(file: string): string {
  return (file === '-' ? new Date() : statSync(file).mtime).toISOString();
}

/** Sorted, and at least one, so that a file without orders says that all of them are missing. */
function* partsOf(
  held: readonly Held[],
): Generator<{ orders: readonly Held[]; after: string | null; isLast: boolean }> {
  for (let i = 0; i === 0 || i < held.length; i += ORDERS_AT_ONCE)
    yield {
      orders: held.slice(i, i + ORDERS_AT_ONCE),
      after: held[i - 1]?.key ?? null,
      isLast: i + ORDERS_AT_ONCE >= held.length,
    };
}

/**
 * NDJSON with `key` and `version` on each line, or CSV with the key and the version in the first two columns.
 * @throws OpsProblem usage
 */
function readHeld(file: string): Held[] {
  const lines = textOf(file).split(/\r?\n/);
  const rows = lines.flatMap((line, i) =>
    line.trim() === '' || isHead(line, i) ? [] : [rowOf(line, i, file)],
  );
  const held = rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const twice = held.find(({ key }, i) => held[i - 1]?.key === key);
  if (twice) throw new OpsProblem('usage', `${file}: ${twice.key} appears twice`);
  return held;
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new OpsProblem('usage', messageOf(error));
  }
}

/** The names of CSV's columns. */
function isHead(line: string, index: number): boolean {
  return index === 0 && /^"?(?:order_)?key"?,/.test(line);
}

function rowOf(line: string, index: number, file: string): Held {
  const { key, version } = line.startsWith('{') ? fromJson(line) : fromCsv(line);
  if (typeof key === 'string' && key !== '' && Number.isSafeInteger(version))
    return { key, version: Number(version) };
  throw new OpsProblem('usage', `${file}: line ${index + 1} has no key and version`);
}

function fromJson(line: string): { key?: unknown; version?: unknown } {
  try {
    return JSON.parse(line) as object;
  } catch {
    return {};
  }
}

/** Keys have neither commas nor quotes. */
function fromCsv(line: string): { key?: unknown; version?: unknown } {
  const [key = '', version = ''] = line.split(',').map((cell) => cell.trim().replaceAll('"', ''));
  return { key, version: version === '' ? null : Number(version) };
}

export function comparisonText(
  name: string,
  { compared, onItsWay, unchecked, differences }: Comparison,
): string {
  const head = `Destination ${name}: ${counted(differences.length, 'difference')} in ${counted(compared, 'order')}.`;
  const rows = facts([
    ['on their way', onItsWay],
    ['too old to compare versions', unchecked],
  ]);
  if (differences.length === 0) return `${head}\n\n${rows}`;
  const lines = differences.map(({ order, found, expected, held }) => [
    order,
    found,
    expected ?? '-',
    held ?? '-',
  ]);
  const repair = `To send missing and older ones again: destination repair ${name} <order>…`;
  return `${head}\n\n${rows}\n\n${table(lines, ['order', 'found', 'accepted', 'has'])}\n\n${repair}`;
}
