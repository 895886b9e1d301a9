import type { z } from 'zod';
import { MINOR_KEYS } from './body-schemas.ts';
import { UNKNOWN } from './body-values.ts';
import { at } from './lossless-json.ts';

/** A body parsed by its schema, with notes on unreadable values; or the reason why it cannot be read. */
export type BodyReading<Body> = { ok: true; body: Body; notes: string[] } | { ok: false; because: string };

/** The same, with the JSON that was parsed in the end. */
type JsonReading<Body> = (BodyReading<Body> & { ok: true; json: unknown }) | { ok: false; because: string };

/** Notes kept per body: enough to see what is wrong with it. */
const MOST_NOTES = 20;
/** Leaving a value out can reveal another fault. Each round leaves something out. */
const ROUNDS = 5;

/**
 * Leaves out unreadable values of {@link MINOR_KEYS}, and sets invalid amounts and times to unknown (null). Rejects the
 * body for any other fault.
 * @param json not changed: an order stores the body as it was sent
 */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
): JsonReading<z.output<Schema>> {
  const notes: string[] = [];
  const draft = new Draft(json);
  for (let round = 0; ; round += 1) {
    const { value } = draft;
    const reading = schema.safeParse(value);
    if (reading.success) return { ok: true, body: reading.data, json: value, notes: firstOf(notes) };
    const { issues, unknown } = sortedIssues(reading.error.issues);
    const fatal = issues.find(({ path }) => !path.some((key) => MINOR_KEYS.has(key)));
    if (fatal || round === ROUNDS) return { ok: false, because: wrongIn(fatal ?? issues[0], value) };
    notes.push(
      ...unknown.slice(0, MOST_NOTES + 1).map((issue) => `${wrongIn(issue, value)}, and counts as unknown`),
      ...issues.slice(0, MOST_NOTES + 1).map((issue) => `could not read ${wrongIn(issue, value)}`),
    );
    for (const path of pathsOf(unknown)) draft.setToNull(path);
    draft.leaveOut(pathsOf(issues));
  }
}

function sortedIssues(all: readonly z.core.$ZodIssue[]): Record<'issues' | 'unknown', z.core.$ZodIssue[]> {
  const isUnknown = (issue: z.core.$ZodIssue) => issue.code === 'custom' && issue.params === UNKNOWN;
  return { issues: all.filter((issue) => !isUnknown(issue)), unknown: all.filter(isUnknown) };
}

type Paths = readonly (readonly PropertyKey[])[];

function pathsOf(issues: readonly z.core.$ZodIssue[]): Paths {
  return issues.map(({ path }) => path);
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

/** A value that is changed in a copy. Only what changes is copied, and only once. */
class Draft {
  readonly #root: { value: unknown };
  readonly #copies = new Set<unknown>();

  constructor(value: unknown) {
    this.#root = { value };
  }

  get value(): unknown {
    return this.#root.value;
  }

  setToNull(path: readonly PropertyKey[]): void {
    const place = this.#placeOf(path);
    if (place) Reflect.set(place, path.at(-1) ?? '', null);
  }

  /** Removes keys of objects, and items of lists. */
  leaveOut(paths: Paths): void {
    const lists = new Set<unknown[]>();
    for (const path of paths) {
      const place = this.#placeOf(path);
      const key = path.at(-1) ?? '';
      if (Array.isArray(place)) {
        place[Number(key)] = LEFT_OUT;
        lists.add(place);
      } else if (place) Reflect.deleteProperty(place, key);
    }
    for (const list of lists) {
      const kept = list.filter((item) => item !== LEFT_OUT);
      list.splice(0, list.length, ...kept);
    }
  }

  /** The object or list that has the last key of a path, as a copy; null: there is none. */
  #placeOf(path: readonly PropertyKey[]): object | null {
    let place: object = this.#root;
    for (const key of ['value', ...path.slice(0, -1)]) {
      const next: unknown = Object.hasOwn(place, key) ? Reflect.get(place, key) : null;
      if (typeof next !== 'object' || next === null) return null;
      const copy = this.#copies.has(next) ? next : copyOf(next);
      this.#copies.add(copy);
      Reflect.set(place, key, copy);
      place = copy;
    }
    return place;
  }
}

function copyOf(value: object): object {
  return Array.isArray(value) ? [...(value as unknown[])] : { ...value };
}
