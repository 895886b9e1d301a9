import { mongo } from 'mongoose';
import { asJson, damagedBody, JSON_TEXT, NotJson } from './body-damage.ts';
import { JsonBytes } from './json-bytes.ts';
import { keyText, MEMORY_KEYS, scalarText } from './stored-json.ts';

const { BSONType, NumberUtils } = { ...mongo.BSON, ...mongo.BSON.onDemand };

/**
 * The JSON text of a stored body, from the bytes that MongoDB sent: the same as `storedText` of the document, in about
 * a quarter of the time, because no objects are made.
 * @throws Fault `damaged` at a value that no webhook has
 */
export function textOfBson(bson: Uint8Array): string {
  const text = new JsonBytes(2 * bson.length);
  try {
    writeMembers(bson, 0, text, OBJECT);
  } catch (error) {
    throw damagedBody(error, () => bson);
  }
  return text.toString();
}

/** Writes a value, and returns where it ends. */
type Write = (bson: Uint8Array, at: number, text: JsonBytes) => number;

/** By BSON type: https://bsonspec.org/spec.html */
const WRITERS: Readonly<Record<number, Write>> = {
  [BSONType.double]: (bson, at, text) => {
    const number = NumberUtils.getFloat64LE(bson, at);
    if (!Number.isFinite(number)) throw new NotJson();
    text.ascii(scalarText(number));
    return at + 8;
  },
  [BSONType.string]: writeString,
  [BSONType.object]: (bson, at, text) => writeMembers(bson, at, text, OBJECT),
  [BSONType.array]: (bson, at, text) => writeMembers(bson, at, text, LIST),
  [BSONType.binData]: (bson, at, text) => {
    const from = at + 5;
    const to = from + NumberUtils.getInt32LE(bson, at);
    if (bson[at + 4] !== JSON_TEXT) throw new NotJson();
    text.write(asJson(decoded(bson, from, to)));
    return to;
  },
  [BSONType.bool]: (bson, at, text) => {
    text.ascii(bson[at] === 0 ? 'false' : 'true');
    return at + 1;
  },
  [BSONType.null]: (_, at, text) => {
    text.ascii('null');
    return at;
  },
  [BSONType.int]: (bson, at, text) => {
    text.ascii(String(NumberUtils.getInt32LE(bson, at)));
    return at + 4;
  },
  [BSONType.long]: (bson, at, text) => {
    text.ascii(String(NumberUtils.getBigInt64LE(bson, at)));
    return at + 8;
  },
  [BSONType.decimal]: (bson, at, text) => {
    text.ascii(asJson(new mongo.Decimal128(bson.slice(at, at + 16)).toString()));
    return at + 16;
  },
};

const LENGTH_BYTES = 4;
/** What a body remembers: its text does not have it. */
const MEMORY = MEMORY_KEYS.map((key) => Buffer.from(key));
const [COMMA = 0, COLON = 0, QUOTE = 0, PERCENT = 0] = Buffer.from(',:"%');
const OBJECT = Buffer.from('{}');
const LIST = Buffer.from('[]');

function writeMembers(
  bson: Uint8Array,
  from: number,
  text: JsonBytes,
  [open = 0, close = 0]: Buffer,
): number {
  const isObject = open === OBJECT[0];
  let isFirst = true;
  let at = from + LENGTH_BYTES;
  text.byte(open);
  for (let type = byteAt(bson, at); type !== 0; type = byteAt(bson, at)) {
    const before = text.length;
    const end = endOfKey(bson, at + 1);
    if (!isFirst) text.byte(COMMA);
    if (isObject) writeKey(bson, at + 1, end, text);
    const write = WRITERS[type];
    if (!write) throw new NotJson();
    const isLeftOut = isObject && isMemoryKey(bson, at + 1, end);
    at = write(bson, end + 1, text);
    if (isLeftOut) text.length = before;
    else isFirst = false;
  }
  text.byte(close);
  return at + 1;
}

/** A document that was cut ends with an error, and not with a loop. */
function byteAt(bson: Uint8Array, at: number): number {
  const byte = bson[at];
  if (byte === undefined) throw new Error('the BSON has no end');
  return byte;
}

function endOfKey(bson: Uint8Array, from: number): number {
  let at = from;
  while (byteAt(bson, at) !== 0) at += 1;
  return at;
}

function writeKey(bson: Uint8Array, from: number, to: number, text: JsonBytes): void {
  const before = text.length;
  text.byte(QUOTE);
  if (text.copyPlain(bson, from, to, PERCENT)) {
    text.byte(QUOTE);
    text.byte(COLON);
    return;
  }
  text.length = before;
  text.write(keyText(decoded(bson, from, to)));
}

function writeString(bson: Uint8Array, at: number, text: JsonBytes): number {
  const from = at + LENGTH_BYTES;
  const to = from + NumberUtils.getInt32LE(bson, at) - 1;
  const before = text.length;
  text.byte(QUOTE);
  if (text.copyPlain(bson, from, to)) text.byte(QUOTE);
  else {
    text.length = before;
    text.write(JSON.stringify(decoded(bson, from, to)));
  }
  return to + 1;
}

function isMemoryKey(bson: Uint8Array, from: number, to: number): boolean {
  return MEMORY.some(
    (key) =>
      key.length === to - from && key[0] === bson[from] && key.every((byte, i) => byte === bson[from + i]),
  );
}

function decoded(bson: Uint8Array, from: number, to: number): string {
  return Buffer.from(bson.buffer, bson.byteOffset + from, to - from).toString();
}
