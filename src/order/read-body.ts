import type { z } from 'zod';
import { MINOR_KEYS } from './body-schemas.ts';
import { at } from './lossless-json.ts';

/** A body parsed by its schema, with notes on unreadable values; or the reason why it cannot be read. */
export type BodyReading<Body> = { ok: true; body: Body; notes: string[] } | { ok: false; because: string };

/** Notes kept per body: enough to see what is wrong with it. */
const MOST_NOTES = 20;
/** Leaving a value out can reveal another fault. Each round leaves something out. */
const ROUNDS = 5;

/** Leaves out unreadable values of {@link MINOR_KEYS}, by changing `value`. Rejects the body for any other fault. */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): BodyReading<z.output<Schema>> {
  const notes: string[] = [];
  for (let round = 0; ; round += 1) {
    const reading = schema.safeParse(value);
    if (reading.success) return { ok: true, body: reading.data, notes: firstOf(notes) };
    const { issues } = reading.error;
    const fatal = issues.find(({ path }) => !path.some((key) => MINOR_KEYS.has(key)));
    if (fatal || round === ROUNDS) return { ok: false, because: wrongIn(fatal ?? issues[0], value) };
    notes.push(...issues.slice(0, MOST_NOTES + 1).map((issue) => `could not read ${wrongIn(issue, value)}`));
    leaveOut(
      value,
      issues.map(({ path }) => path),
    );
  }
}

function firstOf(notes: string[]): string[] {
  return notes.length > MOST_NOTES ? [...notes.slice(0, MOST_NOTES), 'and more'] : notes;
}

/**
 * What is wrong with a body: the field, what was expected and what was found, in words. Never contains the value,
 * which may be personal.
 */
export function wrongIn(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (!issue) return 'the body cannot be read';
  const path = issue.path.map(String);
  const where = path.join('.') || 'the body';
  if (issue.code === 'custom') return `${where} ${issue.message}`;
  return `${where}: expected ${issue.message}, found ${wordOf(at(value, path))}`;
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  undefined: 'nothing',
  boolean: 'true or false',
  string: 'text',
  object: 'an object',
};

/** The kind of a value, in words. */
export function wordOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with decimals';
  return WORDS[typeof value] ?? 'something else';
}

const LEFT_OUT = Symbol('left out');

/** Removes keys of objects, and items of lists. */
function leaveOut(value: unknown, paths: readonly (readonly PropertyKey[])[]): void {
  const lists = new Set<unknown[]>();
  for (const path of paths) {
    const place = at(value, path.slice(0, -1).map(String));
    const key = path.at(-1) ?? '';
    if (Array.isArray(place)) {
      place[Number(key)] = LEFT_OUT;
      lists.add(place);
    } else if (typeof place === 'object' && place !== null) Reflect.deleteProperty(place, key);
  }
  for (const list of lists) {
    const kept = list.filter((item) => item !== LEFT_OUT);
    list.splice(0, list.length, ...kept);
  }
}
