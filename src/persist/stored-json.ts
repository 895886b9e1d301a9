import { mongo } from 'mongoose';
import { NumberText } from '../order/exact-json.ts';
import { readJson } from '../order/lossless-json.ts';
import { messageOf } from '../system/errors.ts';
import { asJson, damagedBody, JSON_TEXT, NotJson } from './body-damage.ts';

/**
 * JSON as MongoDB stores it: as documents, lists and values that can be queried. Nothing is lost:
 * - A number that JavaScript cannot represent exactly is a Long (an id beyond 2^53), or a Decimal128.
 * - A key that MongoDB could take for an operator or a path has that character as `%` and its code: `a.b` is `a%2Eb`.
 *   In a reserved key, that is the first character.
 * - What BSON cannot hold is its JSON text, as binary data of the subtype 128: half of a surrogate pair, a number
 *   beyond Decimal128, and what is nested deeper than MongoDB allows.
 */
export type StoredJson = null | boolean | number | string | object;

/** MongoDB allows 100 levels. The rest is for the document around it, and for queries that nest it further. */
const DEEPEST = 80;

/**
 * Returns the value itself if nothing in it is stored as something else: nearly all bodies are not copied.
 * @param value from exactJson
 */
export function toStored(value: unknown, depth = 0): StoredJson {
  if (typeof value === 'string') return value.isWellFormed() ? value : textOf(value);
  if (typeof value !== 'object' || value === null) return value as null | boolean | number;
  if (value instanceof NumberText) return storedNumber(value);
  if (depth >= DEEPEST) return textOf(value);
  return Array.isArray(value) ? storedList(value, depth) : storedObject(value, depth);
}

function storedList(list: unknown[], depth: number): StoredJson {
  let copy: StoredJson[] | null = null;
  for (const [i, each] of list.entries()) {
    const stored = toStored(each, depth + 1);
    if (copy) copy.push(stored);
    else if (stored !== each) copy = [...(list.slice(0, i) as StoredJson[]), stored];
  }
  return copy ?? list;
}

function storedObject(value: object, depth: number): StoredJson {
  const known = value as Record<string, StoredJson>;
  let copy: [string, StoredJson][] | null = null;
  const keys = Object.keys(value);
  for (const [i, key] of keys.entries()) {
    const stored = toStored(known[key], depth + 1);
    const isSame = stored === known[key] && isStoredKey(key);
    if (!isSame) copy ??= keys.slice(0, i).map((earlier) => [earlier, known[earlier]!]);
    copy?.push([storedKey(key), stored]);
  }
  return copy ? Object.fromEntries(copy) : value;
}

function storedNumber({ text }: NumberText): StoredJson {
  const long = /^-?\d{1,19}$/.test(text) ? mongo.Long.fromString(text) : null;
  if (long?.toString() === text) return long;
  try {
    return mongo.Decimal128.fromString(text);
  } catch {
    return binary(text);
  }
}

function textOf(value: unknown): mongo.Binary {
  return binary(jsonText(value));
}

function binary(text: string): mongo.Binary {
  return new mongo.Binary(Buffer.from(text), JSON_TEXT);
}

/** Bodies have a few hundred different keys. */
const KEYS_KEPT = 10_000;

/** What a body remembers. */
export const MEMORY_KEYS = ['positions', 'gone'];

/**
 * What a body remembers, and what every object inherits: the driver finds `toString` in any object, also in its
 * options, and then returns a list of that name as bytes (js-bson, `fieldsAsRaw`).
 */
const RESERVED = new Set([...MEMORY_KEYS, ...Object.getOwnPropertyNames(Object.prototype)]);
/** `$`, `.`, `%`, NUL and halves of surrogate pairs. */
const UNSAFE = /[$.%\0]|\p{Cs}/u;
const EACH_UNSAFE = /[$.%\0]|\p{Cs}/gu;

/** Keys that are stored as they are. */
const storedKeys = new Set<string>();

function isStoredKey(key: string): boolean {
  if (storedKeys.has(key)) return true;
  if (storedKey(key) !== key) return false;
  if (storedKeys.size >= KEYS_KEPT) storedKeys.clear();
  storedKeys.add(key);
  return true;
}

function storedKey(key: string): string {
  if (RESERVED.has(key)) return escaped(key[0]!) + key.slice(1);
  return UNSAFE.test(key) ? key.replace(EACH_UNSAFE, escaped) : key;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  return code.length > 2 ? `%u${code.padStart(4, '0')}` : `%${code.padStart(2, '0')}`;
}

function keyOf(stored: string): string {
  return stored.replaceAll(/%u([0-9A-F]{4})|%([0-9A-F]{2})/g, (_, long: string, short: string) =>
    String.fromCharCode(Number.parseInt(long ?? short, 16)),
  );
}

/**
 * The JSON text of a stored body.
 * @throws Fault `damaged` at a value that no webhook has
 */
export function storedText(stored: unknown): string {
  try {
    return textOfStored(stored);
  } catch (error) {
    throw damagedBody(error, () => mongo.BSON.serialize({ body: stored }), 'order');
  }
}

/** The same, or what is damaged. */
export function readStored(stored: unknown): { text: string } | { damage: string } {
  try {
    return { text: storedText(stored) };
  } catch (error) {
    return { damage: messageOf(error) };
  }
}

function textOfStored(stored: unknown): string {
  if (typeof stored === 'string') return JSON.stringify(stored);
  if (typeof stored !== 'object' || stored === null) return jsonScalar(stored);
  if (Array.isArray(stored)) return `[${stored.map(textOfStored).join(',')}]`;
  if (Object.getPrototypeOf(stored) !== Object.prototype) return bsonText(stored);
  let members = '';
  for (const [key, value] of Object.entries(stored))
    if (!MEMORY_KEYS.includes(key))
      members += `${members === '' ? '' : ','}${keyText(key)}${textOfStored(value)}`;
  return `{${members}}`;
}

/** A body as MongoDB sent it. */
export abstract class StoredBytes {
  /** Its JSON text. */
  abstract toString(): string;
}

/** A number beyond JavaScript's, or a JSON text. */
function bsonText(stored: object): string {
  if (stored instanceof StoredBytes || stored instanceof mongo.Long) return stored.toString();
  if (stored instanceof mongo.Decimal128) return asJson(stored.toString());
  if (!(stored instanceof mongo.Binary) || stored.sub_type !== JSON_TEXT) throw new NotJson();
  return asJson(Buffer.from(stored.buffer).toString());
}

function jsonScalar(value: unknown): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) throw new NotJson();
  return scalarText(value);
}

/** Texts of keys. */
const keyTexts = new Map<string, string>();

/** @returns with its quotes and its colon */
export function keyText(stored: string): string {
  const known = keyTexts.get(stored);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(keyOf(stored))}:`;
  if (keyTexts.size >= KEYS_KEPT) keyTexts.clear();
  keyTexts.set(stored, text);
  return text;
}

/**
 * The same as a JavaScript value; null: it is damaged. A number that JavaScript cannot represent exactly is text.
 */
export function storedValue(stored: unknown): unknown {
  const read = readStored(stored);
  const json = 'text' in read ? readJson(Buffer.from(read.text)) : null;
  return json?.ok ? json.value : null;
}

/** JSON.stringify for any depth: it uses a list instead of recursion. */
function jsonText(root: unknown): string {
  const pieces: string[] = [];
  const left: ({ text: string } | { value: unknown })[] = [{ value: root }];
  for (let next = left.pop(); next; next = left.pop()) {
    if ('text' in next) pieces.push(next.text);
    else if (next.value instanceof NumberText) pieces.push(next.value.text);
    else if (typeof next.value !== 'object' || next.value === null) pieces.push(scalarText(next.value));
    // Not spread: a list may have more members than a call takes arguments.
    else for (const member of membersOf(next.value).toReversed()) left.push(member);
  }
  return pieces.join('');
}

export function scalarText(value: unknown): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function membersOf(value: object): ({ text: string } | { value: unknown })[] {
  const isList = Array.isArray(value);
  const members = Object.entries(value).flatMap(([key, each], i) => [
    { text: `${i === 0 ? '' : ','}${isList ? '' : `${JSON.stringify(key)}:`}` },
    { value: each as unknown },
  ]);
  return [{ text: isList ? '[' : '{' }, ...members, { text: isList ? ']' : '}' }];
}
