/**
 * Parses JSON without rounding whole numbers: one beyond 2^53 becomes a string with the digits in the source.
 * Shopify's own samples have such ids (820982911946154508), and JSON.parse alone rounds them.
 */
type JsonReading = { ok: true; value: unknown } | { ok: false; because: string };

const XML = /^\s*</;
const utf8 = new TextDecoder('utf-8', { fatal: true });

const [QUOTE, BACKSLASH, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2d, 0x30, 0x39];
/** Digits of the shortest number beyond 2^53. */
const MANY_DIGITS = 16;

export function readJson(bytes: Uint8Array): JsonReading {
  return read(bytes, (text) => {
    const value: unknown = JSON.parse(text);
    return hasManyDigits(bytes) ? JSON.parse(quoted(text)) : value;
  });
}

/** The same in half the time, but whole numbers beyond 2^53 are rounded; `isSafeInteger` detects them. */
export function readJsonRounded(bytes: Uint8Array): JsonReading {
  return read(bytes, JSON.parse);
}

function read(bytes: Uint8Array, parse: (text: string) => unknown): JsonReading {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, because: 'the body is not UTF-8' };
  }
  try {
    return { ok: true, value: parse(text) };
  } catch {
    const because = XML.test(text) ? 'the body is XML: subscribe with format JSON' : 'the body is not JSON';
    return { ok: false, because };
  }
}

/** Whether there are 16 digits in a row. Any such run contains a 16th byte, so only every 16th byte is checked. */
function hasManyDigits(bytes: Uint8Array): boolean {
  for (let i = MANY_DIGITS - 1; i < bytes.length; i += MANY_DIGITS) {
    if (!isDigit(bytes[i])) continue;
    let [from, to] = [i, i];
    while (isDigit(bytes[from - 1])) from -= 1;
    while (isDigit(bytes[to + 1])) to += 1;
    if (to - from + 1 >= MANY_DIGITS) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/**
 * Puts whole numbers beyond 2^53 in quotation marks. One pass over the text: a reviver could do the same, but blocks
 * the event loop for 4 s at 5 MB of `0,0,0,…`.
 * @param json valid
 */
function quoted(json: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (let i = 0; i < json.length;) {
    const start = i;
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = endOfString(json, i);
    else if (!startsNumber(code)) i += 1;
    else {
      i = endOfNumber(json, i);
      if (!isRounded(json, start, i)) continue;
      pieces.push(json.slice(done, start), `"${json.slice(start, i)}"`);
      done = i;
    }
  }
  return done === 0 ? json : pieces.join('') + json.slice(done);
}

export function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json.charCodeAt(i) !== QUOTE) i += json.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i + 1;
}

export function startsNumber(code: number): boolean {
  return code === MINUS || (code >= ZERO && code <= NINE);
}

const NUMBER = /[-+.\deE]+/y;

export function endOfNumber(json: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(json);
  return NUMBER.lastIndex;
}

function isRounded(json: string, start: number, end: number): boolean {
  if (end - start < 16) return false;
  const value = Number(json.slice(start, end));
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** The value at a path of own keys, or undefined. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, key) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
