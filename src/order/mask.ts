import { isIdOf, isPrivate } from './private-keys.ts';

/**
 * Customer data in a body, masked by the names of its keys (private-keys.ts), and strings that look like e-mail
 * addresses wherever they stand. The text is gone through once and not built anew: numbers stay exact,
 * `__proto__` is a key like any other, and a thousand levels are a thousand entries of a list, not calls. Fails
 * closed: what is not JSON is not shown. Free text that names somebody under a harmless key (a line's title) is
 * not found.
 */
export function masked(body: Uint8Array): string | null {
  try {
    const text = utf8.decode(body);
    JSON.parse(text);
    return maskedJson(text);
  } catch {
    return null;
  }
}

/** A mark of the byte order is kept: then it is no JSON, here as elsewhere. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const MASK = '"(masked)"';

/** Linear: each @ is looked at up to the next. */
const EMAIL = /[^\s"@]@[^\s"@]+\.[^\s"@]/;

/** An object or a list that is open. */
interface Open {
  isObject: boolean;
  /** In an object: the key whose value comes next; null: a key comes next. */
  key: string | null;
  /** All in it is a person's. */
  personal: boolean;
  /** What comes next is: by its key, or by what it stands in. */
  hidden: boolean;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPENS_OBJECT, OPENS_LIST, ENDS_OBJECT, ENDS_LIST] = [0x7b, 0x5b, 0x7d, 0x5d];
const SPACE = 0x20;
/** What stands in nothing: a body that is one string. */
const NOWHERE: Open = { isObject: false, key: null, personal: false, hidden: false };
/** They say nothing of anybody. */
const WORDS = new Set(['true', 'false', 'null']);

/** @param json valid */
function maskedJson(json: string): string {
  const pieces: string[] = [];
  const open: Open[] = [];
  let done = 0;
  for (let i = 0; i < json.length;) {
    const start = i;
    const code = json.charCodeAt(i);
    i = isScalar(code) ? endOfScalar(json, i) : i + 1;
    if (!isScalar(code)) punctuate(code, open);
    else if (isShown(json, start, i, open.at(-1))) continue;
    else {
      pieces.push(json.slice(done, start), MASK);
      done = i;
    }
  }
  return done === 0 ? json : pieces.join('') + json.slice(done);
}

/** A string, a number or a word; not a sign, and not a gap. */
function isScalar(code: number): boolean {
  return code > SPACE && code !== COMMA && code !== COLON && !isBracket(code);
}

function isBracket(code: number): boolean {
  return code === OPENS_OBJECT || code === OPENS_LIST || code === ENDS_OBJECT || code === ENDS_LIST;
}

function endOfScalar(json: string, start: number): number {
  let end = start + 1;
  if (json.charCodeAt(start) === QUOTE) {
    while (json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1;
    return end + 1;
  }
  while (end < json.length && isScalar(json.charCodeAt(end))) end += 1;
  return end;
}

function punctuate(sign: number, open: Open[]): void {
  const here = open.at(-1);
  if (sign === OPENS_OBJECT || sign === OPENS_LIST) {
    const personal = here?.hidden ?? false;
    open.push({ isObject: sign === OPENS_OBJECT, key: null, personal, hidden: personal });
  } else if (sign === ENDS_OBJECT || sign === ENDS_LIST) open.pop();
  else if (sign === COMMA && here) here.key = null;
}

function isShown(json: string, start: number, end: number, here: Open = NOWHERE): boolean {
  const isString = json.charCodeAt(start) === QUOTE;
  if (!isString && !here.hidden) return true;
  const token = json.slice(start, end);
  if (here.isObject && here.key === null) return isKeyShown(textOf(token), here);
  if (WORDS.has(token)) return true;
  if (isString && EMAIL.test(textOf(token))) return false;
  return !here.hidden || isIdOf(here.key, token);
}

/** It tells what it stands in whose the next value is. */
function isKeyShown(key: string, here: Open): boolean {
  here.key = key;
  here.hidden = here.personal || isPrivate(key);
  return !EMAIL.test(key);
}

/** A string's text, its escapes read: `\u0040` is an @. */
function textOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}
