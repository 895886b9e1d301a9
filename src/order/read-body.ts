import type { z } from 'zod';
import { MINOR_KEYS } from './body-schemas.ts';
import { at } from './lossless-json.ts';

/** A body as its schema has it, and what of it could not be read; or the sentence that says why it cannot be. */
export type BodyReading<Body> = { ok: true; body: Body; notes: string[] } | { ok: false; because: string };

/** Notes kept of one body: enough to see what is wrong with it. */
const MOST_NOTES = 20;
/** Leaving something out may show a further fault behind it; each round leaves something out. */
const ROUNDS = 5;

/** Values of {@link MINOR_KEYS} that cannot be read are left out, for which `value` is changed; anything else is refused. */
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
 * What is wrong with a body: the field, what is expected there and what was found, in words. Never the value:
 * it may be personal.
 */
export function wrongIn(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (!issue) return 'the body cannot be read';
  const path = issue.path.map(String);
  const where = path.join('.') || 'the body';
  if (issue.code === 'custom') return `${where}: ${issue.message}`;
  return `${where}: expected ${issue.message}, found ${wordOf(at(value, path))}`;
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  undefined: 'nothing',
  boolean: 'true or false',
  string: 'text',
  object: 'an object',
};

/** What kind of value it is. */
export function wordOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with decimals';
  return WORDS[typeof value] ?? 'something else';
}

const LEFT_OUT = Symbol('left out');

/** Of an object the key goes, of a list the item. */
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
