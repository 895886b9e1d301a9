import { masked } from '../../order/mask.ts';
import type { Order } from '../../order/order.ts';
import { flat } from '../../persist/order-document.ts';

/** A field of an order that does not agree with its journal. Personal values are masked. */
export interface Difference {
  /** `totalPrice`, `refunds.929361466.status` */
  field: string;
  /** The value in MongoDB; null: none. */
  stored: string | null;
  /** The value rebuilt from the journal; null: none. */
  rebuilt: string | null;
}

/** More differences of one order would not help anyone. */
const MOST = 20;
const LONGEST_VALUE = 120;

/** Compares only what does not depend on how the order's events arrived. */
export function differencesOf(stored: Order, rebuilt: Order): Difference[] {
  const isSameSetting = stored.whole?.kept === rebuilt.whole?.kept && stored.whole?.body !== null;
  const [a, b] = [stored, rebuilt].map((order) => stateOf(order, isSameSetting)) as [object, object];
  const paths = [...differingPaths(a, b, [])];
  if (paths.length === 0) return [];
  const [shownA, shownB] = [withoutPersons(a), withoutPersons(b)];
  return paths.slice(0, MOST).map((path) => ({
    field: path.join('.'),
    stored: textOf(valueAt(shownA, path)),
    rebuilt: textOf(valueAt(shownB, path)),
  }));
}

/**
 * Everything that does not depend on how the events arrived. Facts and parts are top-level fields, as in MongoDB.
 * @param withBody whether both were stored with the same ORDER_BODY
 */
function stateOf(order: Order, withBody: boolean): object {
  // A redacted order has no customers. Parked events are not applied.
  const {
    applied: _,
    statusHistory: __,
    version: ___,
    customers: ____,
    parkedEvents: _____,
    committed: ______,
    whole,
    ...rest
  } = order;
  const { customerId: _______, ...state } = flat(rest);
  return { ...state, ...(withBody && whole && { body: whole.body }) };
}

type Path = readonly string[];

function* differingPaths(a: unknown, b: unknown, path: Path): Generator<Path> {
  if (Object.is(a, b)) return;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) yield path;
  else {
    const [x, y] = [namedIn(a), namedIn(b)];
    const names = new Set([...Object.keys(x), ...Object.keys(y)]);
    let differ = false;
    for (const name of names)
      for (const found of differingPaths(x[name], y[name], [...path, name])) {
        differ = true;
        yield found;
      }
    if (!differ && Array.isArray(a) && !sameSequence(x, y)) yield path;
  }
}

/** The same members in another sequence are a difference, too. */
function sameSequence(x: object, y: object): boolean {
  return Object.keys(x).join() === Object.keys(y).join();
}

/** Members by name; list members by id if all have one. The # keeps JavaScript from sorting numeric keys. */
function namedIn(value: object): Readonly<Record<string, unknown>> {
  if (!Array.isArray(value)) return value as Record<string, unknown>;
  const members = value as unknown[];
  const ids = members.map((each) => (isObject(each) && 'id' in each ? String(each.id) : null));
  const unique = new Set(ids).size === ids.length && !ids.includes(null);
  return Object.fromEntries(members.map((each, i) => [unique ? `#${ids[i]}` : `#${i}`, each]));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, name) => (isObject(here) ? namedIn(here)[name] : undefined), value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Null if it cannot be masked. */
function withoutPersons(state: object): unknown {
  const text = masked(Buffer.from(JSON.stringify(state)));
  return text === null ? null : JSON.parse(text);
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
