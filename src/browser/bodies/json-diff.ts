/** What differs between two JSON values, path by path. */

export interface Difference {
  path: string;
  kind: 'added' | 'removed' | 'changed';
  /** JSON; null if it was added. */
  before: string | null;
  /** JSON; null if it was removed. */
  after: string | null;
}

/** Deeper values are compared as a whole. Shopify's bodies have fewer than 10 levels. */
const DEEPEST = 50;

/** In the order of the newer value; what was removed follows. Items of lists are matched by their ids. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  compare(found, { path: '', depth: 0 }, before, after);
  return found;
}

/**
 * Parses JSON. Numbers that JavaScript would write differently (ids beyond 2^53, 1.50) become their text.
 * @throws SyntaxError if the text is not JSON
 */
export function exactJson(text: string): unknown {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? source : value,
  );
}

/**
 * What to compare a body with: the order itself, if the body is a whole order; otherwise the item of its lists with the
 * same id. Undefined if it had none.
 */
export function counterpartIn(order: unknown, body: unknown): unknown {
  return find(order, idsOf(body), 0);
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
/** TypeScript does not know the reviver's third parameter yet; older browsers do not have it. */
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

type Fields = Record<string, unknown>;

interface Place {
  path: string;
  depth: number;
}

function compare(found: Difference[], place: Place, before: unknown, after: unknown): void {
  if (before === after) return;
  const isDeep = place.depth < DEEPEST;
  if (isDeep && isFields(before) && isFields(after)) compareFields(found, place, before, after);
  else if (isDeep && Array.isArray(before) && Array.isArray(after)) compareItems(found, place, before, after);
  else note(found, place.path, before, after);
}

function compareFields(found: Difference[], { path, depth }: Place, before: Fields, after: Fields): void {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  for (const name of names) {
    const isItem = name.startsWith('[');
    const inside = path === '' || isItem ? `${path}${name}` : `${path}.${name}`;
    compare(found, { path: inside, depth: depth + 1 }, valueIn(before, name), valueIn(after, name));
  }
}

const valueIn = (fields: Fields, name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** Items are matched by their ids, if each of them has its own; otherwise by their places. */
function compareItems(found: Difference[], place: Place, before: unknown[], after: unknown[]): void {
  const name = haveOwnIds(before) && haveOwnIds(after) ? idName : placeName;
  const named = (items: unknown[]) => Object.fromEntries(items.map((item, at) => [name(item, at), item]));
  compareFields(found, place, named(before), named(after));
}

const idName = (item: unknown) => `[id ${idsOf(item)?.id}]`;
const placeName = (_item: unknown, at: number) => `[${at}]`;

function haveOwnIds(items: readonly unknown[]): boolean {
  const ids = items.map((item) => idsOf(item)?.id);
  return !ids.includes(undefined) && new Set(ids).size === ids.length;
}

function note(found: Difference[], path: string, before: unknown, after: unknown): void {
  const [was, is] = [textOf(before), textOf(after)];
  if (was === is) return;
  const kind = was === null ? 'added' : is === null ? 'removed' : 'changed';
  found.push({ path, kind, before: was, after: is });
}

const textOf = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

interface Ids {
  id: string;
  gid: string | null;
}

function idsOf(value: unknown): Ids | null {
  if (!isFields(value)) return null;
  const { id, admin_graphql_api_id: gid } = value;
  if (typeof id !== 'number' && typeof id !== 'string') return null;
  return { id: String(id), gid: typeof gid === 'string' ? gid : null };
}

/** Items of different kinds may have the same id; their GraphQL ids differ. */
function isSame(one: Ids | null, other: Ids): boolean {
  return one?.id === other.id && (one.gid ?? other.gid) === (other.gid ?? one.gid);
}

/** An order has refunds, and they have transactions: the items of deeper lists have no webhooks. */
const LEVELS = 3;

function find(value: unknown, ids: Ids | null, depth: number): unknown {
  if (ids === null || depth > LEVELS || !isFields(value)) return undefined;
  if (isSame(idsOf(value), ids)) return value;
  const items = Object.values(value).flatMap((field) => (Array.isArray(field) ? (field as unknown[]) : []));
  for (const item of items) {
    const found = find(item, ids, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
