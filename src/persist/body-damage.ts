import { mongo } from 'mongoose';
import { Fault } from '../system/errors.ts';

const { BSONType, NumberUtils, onDemand } = { ...mongo.BSON, ...mongo.BSON.onDemand };

/** Binary data of this subtype is the JSON text of what BSON cannot hold (stored-json.ts). */
export const JSON_TEXT = 128;

/** Types that no webhook has, in words: the body was changed by hand. */
const FOREIGN: Readonly<Record<number, string>> = {
  [BSONType.undefined]: 'undefined',
  [BSONType.objectId]: 'an ObjectId',
  [BSONType.date]: 'a date',
  [BSONType.regex]: 'a regular expression',
  [BSONType.dbPointer]: 'a DBPointer',
  [BSONType.javascript]: 'code',
  [BSONType.symbol]: 'a symbol',
  [BSONType.javascriptWithScope]: 'code',
  [BSONType.timestamp]: 'a timestamp',
  [BSONType.minKey]: 'a MinKey',
  [BSONType.maxKey]: 'a MaxKey',
};

/** Of the types that bodies do have: values that JSON does not have. Null: the value is readable. */
const UNREADABLE: Readonly<Record<number, (value: Uint8Array) => string | null>> = {
  [BSONType.double]: (value) => (Number.isFinite(NumberUtils.getFloat64LE(value, 0)) ? null : NO_NUMBER),
  [BSONType.decimal]: (value) => (isJson(new mongo.Decimal128(value.slice()).toString()) ? null : NO_NUMBER),
  [BSONType.binData]: (value) =>
    value[4] === JSON_TEXT && isJson(Buffer.from(value.subarray(5)).toString()) ? null : 'binary data',
};
const NO_NUMBER = 'infinite or not a number';

/**
 * The first field of a stored document that no webhook can have, with its type: `order.body.created_at is a date, which
 * no webhook has`. Its value may be customer data, so it is left out. Null: there is none.
 */
function bodyDamage(bson: Uint8Array, path = 'order.body'): string | null {
  for (const [type, nameAt, nameBytes, at, bytes] of onDemand.parseToElements(bson)) {
    const value = bson.subarray(at, at + bytes);
    const field = `${path}.${shownKey(Buffer.from(bson.subarray(nameAt, nameAt + nameBytes)).toString())}`;
    if (type === BSONType.object || type === BSONType.array) {
      const inside = bodyDamage(value, field);
      if (inside !== null) return inside;
      continue;
    }
    const found = FOREIGN[type] ?? UNREADABLE[type]?.(value) ?? null;
    if (found !== null) return `${field} is ${found}, which no webhook has`;
  }
  return null;
}

/** A key that Shopify does not use may be customer data, too. */
function shownKey(key: string): string {
  return /^\w{1,50}$/.test(key) ? key : '(a key)';
}

/** A stored value that JSON does not have. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws NotJson */
export function asJson(text: string): string {
  if (!isJson(text)) throw new NotJson();
  return text;
}

/** The error that a caller gets: it names the damaged field. */
export function damagedBody(error: unknown, bson: () => Uint8Array, path?: string): unknown {
  if (!(error instanceof NotJson)) return error;
  return new Fault(
    'damaged',
    bodyDamage(bson(), path) ?? 'order.body has a value that no webhook has',
    error,
  );
}
