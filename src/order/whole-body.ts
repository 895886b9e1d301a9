import type { WaitingEvent } from './event.ts';
import { NumberText } from './exact-json.ts';
import { joinKnown, type Known, type ListShape, type Shape } from './known.ts';
import { ownOf } from './own-of.ts';
import type { Position } from './position.ts';
import type { SentBody } from './sent-body.ts';

/** The newest whole order, joined from all bodies. */
export interface WholeBody extends Omit<SentBody, 'body'> {
  /** Null: it was left out. */
  body: Known | null;
  /** Why it was left out. */
  leftOut?: string;
  /** The position of the newest body in it. */
  position: Position;
}

const TOO_LARGE = 'with its body, the order would be larger than the 16 MB that MongoDB allows';

/** The same without the body, for an order that is too large: its facts and its events are more important. */
export function leftOut(whole: WholeBody): WholeBody {
  return { ...whole, body: null, leftOut: TOO_LARGE };
}

/**
 * Returns what an order stores of a whole-order body; null: nothing.
 * @param json the parsed body
 */
export type KeepBody = (event: WaitingEvent, json: unknown, isReconciled: boolean) => SentBody | null;

export const keepNothing: KeepBody = () => null;

const listOf = (lists?: Record<string, ListShape>): ListShape => ({
  key: 'id',
  blank: {},
  isOpen: true,
  ...(lists && { lists }),
});

/** Lists whose items have ids. An item keeps the fields that a newer, slimmer body leaves out. */
const LISTS = {
  line_items: listOf(),
  shipping_lines: listOf(),
  fulfillments: listOf({ line_items: listOf() }),
  refunds: listOf({ refund_line_items: listOf(), transactions: listOf() }),
};
/** The same for single objects. Fields of two customers are never mixed. */
const ONES = { customer: listOf() };

const WHOLE: Shape = { blank: {}, isOpen: true, lists: LISTS, ones: ONES };

/**
 * What is not taken from a reconciled order: lists that no webhook body has (they are parts of the order), and fields
 * for which less is requested from the Admin API than a webhook has.
 */
const NOT_RECONCILED = ['transactions', 'returns', 'disputes', 'discount_codes', 'shipping_address'];

/**
 * The fields of a body that can be joined to others. A slim body (include_fields) may leave out the ids in a list:
 * then it counts as without that list, as in read-body.ts.
 * @param json not changed
 */
export function joinable(json: object, isReconciled: boolean): object {
  const left = isReconciled
    ? Object.entries(json).filter(([field]) => !NOT_RECONCILED.includes(field))
    : null;
  return joinableThing(WHOLE, left ? Object.fromEntries(left) : json);
}

/** The thing itself if everything in it can be joined, as in nearly all bodies: then nothing is copied. */
function joinableThing({ lists, ones }: Shape, thing: object): object {
  const fields: [string, unknown][] = [
    ...changesIn(thing, lists, (list, value) =>
      Array.isArray(value) ? joinableItems(list, value) : value === null ? [] : undefined,
    ),
    ...changesIn(thing, ones, (one, value) => (value === null ? null : joinableItems(one, [value])?.[0])),
  ];
  if (fields.length === 0) return thing;
  const left = Object.entries({ ...thing, ...Object.fromEntries(fields) });
  return Object.fromEntries(left.filter(([, value]) => value !== undefined));
}

/** The fields that become something else; undefined: items without ids. */
function changesIn(
  thing: object,
  shapes: Readonly<Record<string, ListShape>> = {},
  joinableOf: (shape: ListShape, value: unknown) => unknown,
): [string, unknown][] {
  return Object.entries(shapes).flatMap(([field, shape]): [string, unknown][] => {
    if (!Object.hasOwn(thing, field)) return [];
    const value = (thing as Record<string, unknown>)[field];
    const joined = joinableOf(shape, value);
    return joined === value ? [] : [[field, joined]];
  });
}

/** The list itself if no item changes. */
function joinableItems(shape: Shape, items: unknown[]): unknown[] | undefined {
  if (!items.every(hasId)) return undefined;
  const joined = items.map((item) => joinableThing(shape, item));
  return joined.every((each, i) => each === items[i]) ? items : joined;
}

/** Other values, such as objects, identify nothing. */
function hasId(item: unknown): item is object {
  if (!isThing(item)) return false;
  const { id } = item;
  return typeof id === 'string' || typeof id === 'number' || id instanceof NumberText;
}

/** Joins a body to what is known: for each field, the newest body that has it counts (P5). */
export function joinWhole(
  known: WholeBody | undefined,
  { body, ...sent }: SentBody,
  position: Position,
): WholeBody {
  // What was stored under another setting is not mixed with this body.
  if (!known?.body || known.kept !== sent.kept) return { ...sent, body, position };
  const base = known.position;
  const bytes = Math.max(known.bytes, sent.bytes);
  if (position > base && hasAllOf(WHOLE, body, known.body)) return { ...sent, bytes, body, position };
  const next = position > base ? position : base;
  const joined = joinKnown(WHOLE, known.body, base, body, position, next);
  return { ...sent, bytes, body: joined.known, position: next };
}

/** Whether a newer body has every known field, as nearly all do: then it replaces what is known. */
function hasAllOf(shape: Shape, body: Known, known: Known): boolean {
  return Object.keys(known).every((field) => {
    if (!Object.hasOwn(body, field)) return false;
    const items = ownOf(shape.lists, field);
    if (items) return haveAllOf(items, body[field], known[field]);
    const one = ownOf(shape.ones, field);
    return !one || haveAllOf(one, [body[field]], [known[field]]);
  });
}

function haveAllOf(shape: ListShape, items: unknown, known: unknown): boolean {
  if (!Array.isArray(items) || !Array.isArray(known)) return known === null;
  return known.every((before, i) => {
    const item: unknown = items[i];
    if (!isThing(before)) return before === item;
    return isThing(item) && String(item.id) === String(before.id) && hasAllOf(shape, item, before);
  });
}

function isThing(value: unknown): value is Known {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
