import { START, type Position } from './position.ts';

/**
 * What is known of a thing (an order, one of its parts, a line in a list), field by field. Each field is the
 * maximum, by position, of the bodies that told it (P5). So a body changes only what it tells, and any arrival
 * order, with duplicates and with bodies that leave fields out, ends in the same state.
 * Nearly always one body told all of a thing: its position is the thing's `base`, and only other fields have a
 * position of their own, in `told`.
 */
export interface Known {
  /** Positions of the fields that another body told than that at the base. START: nobody told it. */
  told?: Record<string, Position>;
  /** Items that the newest list does not have, by the list's name: a later list may have them again. */
  gone?: Record<string, Known[]>;
  [field: string]: unknown;
}

/** What a body tells of a thing. A field that is absent or undefined is not told; null is a value. */
export type Told = Readonly<Record<string, unknown>>;

/** The fields of a kind of thing. */
export interface Shape {
  /** Each field, with what stands for it while nobody has told it. */
  blank: Readonly<Record<string, unknown>>;
  /** Fields that are lists of things with an identity of their own. */
  lists?: Readonly<Record<string, ListShape>>;
  /** Once true, for good. */
  forGood?: readonly string[];
}

/** A list is told as a whole: the newest says what is in it. */
export interface ListShape extends Shape {
  /** Field of an item that holds its identity. */
  key: 'id' | 'lineId';
}

interface Change {
  /** Something was taken that was not known. */
  fresh: boolean;
  /** Something else was known, from a newer body. */
  outdated: boolean;
}

export interface Joined extends Change {
  known: Known;
}

/** Which body told a field. */
export function toldAt(known: Pick<Known, 'told'>, field: string, base: Position): Position {
  return known.told?.[field] ?? base;
}

/**
 * Joins what a body tells.
 * @param base of what is known
 * @param next base of what will be known
 */
export function joinKnown(
  shape: Shape,
  known: Known,
  base: Position,
  told: Told,
  position: Position,
  next: Position,
): Joined {
  const { told: before, gone, ...fields } = known;
  const joined: Joined = { known: fields, fresh: false, outdated: false };
  const exceptions: Record<string, Position> = {};
  const away: Record<string, Known[]> = { ...gone };
  for (const field of Object.keys(shape.blank)) {
    const since = before?.[field] ?? base;
    const value = told[field];
    if (value !== undefined)
      noteChange(joined, joinValue(shape, fields, away, field, since, value, position));
    const now = value !== undefined && position > since ? position : since;
    if (now !== next) exceptions[field] = now;
  }
  if (joinForGood(shape, fields, told)) joined.fresh = true;
  remember(fields, exceptions, away);
  return joined;
}

/** @param away what each list of the thing no longer has */
function joinValue(
  shape: Shape,
  fields: Known,
  away: Record<string, Known[]>,
  field: string,
  since: Position,
  value: unknown,
  position: Position,
): Change {
  const items = shape.lists?.[field];
  if (!items) return joinField(fields, field, since, value, position);
  const list = joinList(items, listOf(fields, field), away[field] ?? [], since, value as Told[], position);
  fields[field] = list.present;
  away[field] = list.gone;
  return list;
}

/** Whether something became true. */
function joinForGood({ forGood = [] }: Shape, fields: Known, told: Told): boolean {
  const news = forGood.filter((field) => told[field] === true && fields[field] !== true);
  for (const field of news) fields[field] = true;
  return news.length > 0;
}

function remember(fields: Known, told: Record<string, Position>, away: Record<string, Known[]>): void {
  if (Object.keys(told).length > 0) fields.told = told;
  const gone = Object.entries(away).filter(([, list]) => list.length > 0);
  if (gone.length > 0) fields.gone = Object.fromEntries(gone);
}

function joinField(
  fields: Known,
  field: string,
  since: Position,
  value: unknown,
  position: Position,
): Change {
  const isSame = isSameValue(fields[field] ?? null, value);
  if (position > since) fields[field] = value;
  return { fresh: position > since && !isSame, outdated: position < since && !isSame };
}

/** Values are texts, numbers, lists of texts, and amounts with their currency. */
function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function noteChange(joined: Change, { fresh, outdated }: Change): void {
  joined.fresh ||= fresh;
  joined.outdated ||= outdated;
}

function listOf(fields: Known, field: string): Known[] {
  return (fields[field] ?? []) as Known[];
}

interface JoinedList extends Change {
  present: Known[];
  gone: Known[];
}

/**
 * Items of the newest list have its position as their base. Those that it does not have keep all they know in
 * `gone`, where START is the base.
 */
function joinList(
  shape: ListShape,
  present: Known[],
  gone: Known[],
  since: Position,
  told: readonly Told[],
  position: Position,
): JoinedList {
  if (position === since) return { present, gone, fresh: false, outdated: false };
  const here = byKey(shape, present);
  const away = byKey(shape, gone);
  const list = { shape, present, here, away, since };
  return position > since ? joinNewer(list, told, position) : joinOlder(list, told, position);
}

interface OpenList {
  shape: ListShape;
  present: Known[];
  here: Map<string, Known>;
  away: Map<string, Known>;
  since: Position;
}

function joinNewer(
  { shape, present, here, away, since }: OpenList,
  told: readonly Told[],
  position: Position,
): JoinedList {
  const seen = new Set<string>();
  let isSame = told.length === present.length;
  const next = told.map((item, i) => {
    const key = firstKeyOf(shape, item, seen);
    const known = key === null ? undefined : here.get(key);
    const before = known ?? (key === null ? undefined : away.get(key)) ?? blankItem(shape, item);
    const joined = joinKnown(shape, before, known ? since : START, item, position, position);
    isSame &&= known !== undefined && known === present[i] && !joined.fresh;
    return joined.known;
  });
  for (const [key, item] of here)
    if (!seen.has(key)) away.set(key, joinKnown(shape, item, since, {}, START, START).known);
  for (const key of seen) away.delete(key);
  return { present: next, gone: sorted(away), fresh: !isSame, outdated: false };
}

function joinOlder(
  { shape, present, here, away, since }: OpenList,
  told: readonly Told[],
  position: Position,
): JoinedList {
  const changed = new Map<Known, Known>();
  const change = { fresh: false, outdated: told.length !== present.length };
  for (const [key, item] of firstOf(shape, told)) {
    const known = here.get(key);
    if (known) {
      const joined = joinKnown(shape, known, since, item, position, since);
      changed.set(known, joined.known);
      noteChange(change, joined);
    } else {
      const before = away.get(key) ?? blankItem(shape, item);
      away.set(key, joinKnown(shape, before, START, item, position, START).known);
      change.outdated = true;
    }
  }
  const next = present.map((item) => changed.get(item) ?? item);
  return { present: next, gone: sorted(away), ...change };
}

/** Null where the list has had such an item. */
function firstKeyOf(shape: ListShape, item: Told, seen: Set<string>): string | null {
  const key = keyOf(shape, item);
  if (key === null || seen.has(key)) return null;
  seen.add(key);
  return key;
}

/** An item whose body does not say which it is: it stands in the newest list and is not remembered. */
function keyOf(shape: ListShape, item: Told): string | null {
  const field = [shape.key, 'lineId'].find((name) => typeof item[name] === 'string');
  return field === undefined ? null : `${field} ${String(item[field])}`;
}

function byKey(shape: ListShape, items: Known[]): Map<string, Known> {
  return new Map(firstOf(shape, items));
}

/** Of two items with one key the second is none that could be told from the first. */
function firstOf<Item extends Told>(shape: ListShape, items: readonly Item[]): Map<string, Item> {
  const first = new Map<string, Item>();
  for (const item of items) {
    const key = keyOf(shape, item);
    if (key !== null && !first.has(key)) first.set(key, item);
  }
  return first;
}

function blankItem(shape: ListShape, item: Told): Known {
  return { [shape.key]: item[shape.key] ?? null, ...shape.blank };
}

function sorted(items: Map<string, Known>): Known[] {
  return [...items].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** Where in time it was told, and what other bodies told: nothing that is shown. */
const MEMORY: ReadonlySet<string> = new Set(['position', 'told', 'gone']);

/** A thing as it is shown: without the memory of who told what. */
export function withoutMemory<Thing extends object>(thing: Thing): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(thing)
      .filter(([field]) => !MEMORY.has(field))
      .map(([field, value]) => [field, Array.isArray(value) ? value.map(shownItem) : value]),
  );
}

function shownItem(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? withoutMemory(item) : item;
}
