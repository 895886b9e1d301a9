import { ownOf } from './own-of.ts';
import { START, type Position } from './position.ts';

/**
 * What is known about a thing (an order, one of its parts, an item of a list), field by field. For each field, the
 * newest body that has it counts, by position (P5). So a body changes only the fields that it has, and all arrival
 * orders, with duplicates and with bodies that leave fields out, end in the same state.
 * All fields of a thing nearly always come from one body. Its position is the thing's `base`. Only fields that come
 * from another body have their own position, in `positions`.
 */
export interface Known extends Memory {
  [field: string]: unknown;
}

/** Where the fields of a thing come from. */
export interface Memory {
  /** Positions of the fields that do not come from the body at `base`. START: no body has had the field. */
  positions?: Record<string, Position>;
  /** Items missing from the newest list, by the list's name. Kept because a later list can have them again. */
  gone?: Record<string, Known[]>;
}

/** What is known of a thing, from the fields that its bodies have: lists become lists of known items. */
export type KnownOf<Fields> = Memory & {
  [Field in keyof Fields]-?: ValueOf<Exclude<Fields[Field], undefined>>;
};
type ValueOf<Value> = Value extends readonly (infer Item)[]
  ? (Item extends object ? KnownOf<Item> : Item)[]
  : Value;

/** The fields that a body has. Absent or undefined: it does not have the field. Null is a value. */
export type BodyFields = Readonly<Record<string, unknown>>;

/** The fields of a kind of thing. */
export interface Shape {
  /** Each field, with its value until a body has it. */
  blank: Readonly<Record<string, unknown>>;
  /** Fields that are lists of identifiable items. */
  lists?: Readonly<Record<string, ListShape>>;
  /** Fields that are one identifiable item, or null. */
  ones?: Readonly<Record<string, ListShape>>;
  /** Whether it also keeps all other fields of its bodies. */
  isOpen?: true;
  /** Fields that stay true once they are true. */
  forGood?: readonly string[];
}

/** A body always has the whole list, so the newest list decides which items there are. */
export interface ListShape extends Shape {
  /** The field that identifies an item. */
  key: 'id' | 'lineId';
}

interface MergeResult {
  /** The body had something new. */
  fresh: boolean;
  /** The body had something that a newer body contradicts. */
  outdated: boolean;
}

export interface MergedKnown<Thing = Known> extends MergeResult {
  known: Thing;
}

/** Position of the body that a field comes from. */
export function positionOfField(known: Memory, field: string, base: Position): Position {
  return known.positions?.[field] ?? base;
}

/**
 * Joins a body to what is known.
 * @param base the position that `known` is based on
 * @param next the position that the result is based on
 */
export function joinKnown<Thing extends Memory, Body extends object>(
  shape: Shape,
  known: Thing,
  base: Position,
  body: Body,
  position: Position,
  next: Position,
): MergedKnown<Thing>;
export function joinKnown(
  shape: Shape,
  known: Known,
  base: Position,
  body: BodyFields,
  position: Position,
  next: Position,
): MergedKnown {
  const { positions: before, gone, ...fields } = known;
  const joined: MergedKnown = { known: fields, fresh: false, outdated: false };
  const exceptions: Record<string, Position> = {};
  const away: Record<string, Known[]> = { ...gone };
  for (const field of namesOf(shape, fields, body)) {
    const since = ownOf(before, field) ?? positionBefore(shape, fields, field, base);
    const value = ownOf(body, field);
    if (value !== undefined)
      noteChange(joined, joinValue(shape, fields, away, field, since, value, position));
    const now = value !== undefined && position > since ? position : since;
    if (now !== next) exceptions[field] = now;
  }
  if (joinForGood(shape, fields, body)) joined.fresh = true;
  remember(fields, exceptions, away);
  return joined;
}

/** Position of a field that has no exception. A new field of an open shape has the lowest: no body has had it yet. */
function positionBefore({ isOpen }: Shape, fields: Known, field: string, base: Position): Position {
  return isOpen && !Object.hasOwn(fields, field) ? START : base;
}

function namesOf({ blank, isOpen }: Shape, known: Known, body: BodyFields): Iterable<string> {
  return isOpen ? new Set([...Object.keys(known), ...Object.keys(body)]) : Object.keys(blank);
}

/** @param away items that are missing from the thing's newest lists */
function joinValue(
  shape: Shape,
  fields: Known,
  away: Record<string, Known[]>,
  field: string,
  since: Position,
  value: unknown,
  position: Position,
): MergeResult {
  const one = ownOf(shape.ones, field);
  const items = one ?? ownOf(shape.lists, field);
  if (!items) return joinField(fields, field, since, value, position);
  const list = joinList(
    items,
    listOf(ownOf(fields, field)),
    ownOf(away, field) ?? [],
    since,
    listOf(value),
    position,
  );
  fields[field] = one ? (list.present[0] ?? null) : list.present;
  away[field] = list.gone;
  return list;
}

/** Sets permanent fields; returns whether one of them became true. */
function joinForGood({ forGood = [] }: Shape, fields: Known, body: BodyFields): boolean {
  const news = forGood.filter((field) => body[field] === true && fields[field] !== true);
  for (const field of news) fields[field] = true;
  return news.length > 0;
}

function remember(fields: Known, positions: Record<string, Position>, away: Record<string, Known[]>): void {
  if (Object.keys(positions).length > 0) fields.positions = positions;
  const gone = Object.entries(away).filter(([, list]) => list.length > 0);
  if (gone.length > 0) fields.gone = Object.fromEntries(gone);
}

function joinField(
  fields: Known,
  field: string,
  since: Position,
  value: unknown,
  position: Position,
): MergeResult {
  const isSame = isSameValue(ownOf(fields, field) ?? null, value);
  if (position > since) fields[field] = value;
  return { fresh: position > since && !isSame, outdated: position < since && !isSame };
}

/** Values are strings, numbers, booleans, lists of strings, and amounts with their currency. */
function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function noteChange(joined: MergeResult, { fresh, outdated }: MergeResult): void {
  joined.fresh ||= fresh;
  joined.outdated ||= outdated;
}

/** The items of a list, or one item as a list. */
function listOf(value: unknown): Known[] {
  const items = (value ?? []) as Known | Known[];
  return Array.isArray(items) ? items : [items];
}

interface JoinedList extends MergeResult {
  present: Known[];
  gone: Known[];
}

/** The base of an item is the position of the newest list; for an item in `gone` it is START. */
function joinList(
  shape: ListShape,
  present: Known[],
  gone: Known[],
  since: Position,
  items: readonly BodyFields[],
  position: Position,
): JoinedList {
  if (position === since) return { present, gone, fresh: false, outdated: false };
  const here = firstByKey(shape, present);
  const away = firstByKey(shape, gone);
  const list = { shape, present, here, away, since };
  return position > since ? joinNewer(list, items, position) : joinOlder(list, items, position);
}

interface OpenList {
  shape: ListShape;
  present: Known[];
  /** Items of `present`, by key. */
  here: Items<Known>;
  /** Items missing from it, by key. Modified while a list is joined. */
  away: Items<Known>;
  since: Position;
}

type Items<Item> = Map<string, Item>;
/** The key of an item without an id. It is kept while it is in the newest list, and then forgotten. */
const NO_KEY = '';

function joinNewer(
  { shape, present, here, away, since }: OpenList,
  items: readonly BodyFields[],
  position: Position,
): JoinedList {
  const seen = new Set<string>();
  let isSame = items.length === present.length;
  const next = items.map((item, i) => {
    const key = firstKeyOf(shape, item, seen);
    const known = here.get(key);
    const before = known ?? away.get(key) ?? blankItem(shape, item);
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
  items: readonly BodyFields[],
  position: Position,
): JoinedList {
  const changed = new Map<Known, Known>();
  const change = { fresh: false, outdated: items.length !== present.length };
  for (const [key, item] of firstByKey(shape, items)) {
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

/** Of two items with the same key, the second gets none, because they cannot be told apart. */
function firstKeyOf(shape: ListShape, item: BodyFields, seen: Set<string>): string {
  const key = keyOf(shape, item);
  if (key === NO_KEY || seen.has(key)) return NO_KEY;
  seen.add(key);
  return key;
}

function keyOf(shape: ListShape, item: BodyFields): string {
  const field = [shape.key, 'lineId'].find((name) => (item[name] ?? null) !== null);
  return field === undefined ? NO_KEY : `${field} ${String(item[field])}`;
}

function firstByKey<Item extends BodyFields>(shape: ListShape, items: readonly Item[]): Items<Item> {
  const first: Items<Item> = new Map();
  const seen = new Set<string>();
  for (const item of items) {
    const key = firstKeyOf(shape, item, seen);
    if (key !== NO_KEY) first.set(key, item);
  }
  return first;
}

function blankItem(shape: ListShape, item: BodyFields): Known {
  return { [shape.key]: item[shape.key] ?? null, ...shape.blank };
}

function sorted(items: Items<Known>): Known[] {
  return [...items].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
