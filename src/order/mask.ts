import { isIdOf, isPrivate } from './private-keys.ts';

/**
 * Masks customer data in a body, by the names of its keys (private-keys.ts), and strings that look like e-mail
 * addresses anywhere. It scans the text once and does not rebuild it from parsed values: numbers stay exact,
 * `__proto__` is an ordinary key, and nesting uses a list instead of recursion. Fails closed: returns null if the body
 * is not JSON. Names in free text under a harmless key (a line's title) are not found.
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

/** A byte order mark is kept, so JSON.parse rejects the body. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a masked body has in place of a personal value. */
export const MASKED = '(masked)';
const MASK = JSON.stringify(MASKED);

/** Linear: from each @ the search stops at the next one. */
const EMAIL = /[^\s"@]@[^\s"@]+\.[^\s"@]/;

/** An open object or list. */
interface Open {
  isObject: boolean;
  /** In an object: the key whose value comes next; null if a key comes next. */
  key: string | null;
  /** Everything inside is personal. */
  personal: boolean;
  /** The next value is personal, because of its key or of what contains it. */
  hidden: boolean;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPENS_OBJECT, OPENS_LIST, ENDS_OBJECT, ENDS_LIST] = [0x7b, 0x5b, 0x7d, 0x5d];
const SPACE = 0x20;
/** Outside any object or list: the body is a single scalar. */
const NOWHERE: Open = { isObject: false, key: null, personal: false, hidden: false };
/** Words that are never personal. */
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

/** Whether a character belongs to a string, a number or a word; not punctuation and not white space. */
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

/** Also records in `here` whether the next value is personal, as the value of an e-mail address is. */
function isKeyShown(key: string, here: Open): boolean {
  const isAddress = EMAIL.test(key);
  here.key = key;
  here.hidden = here.personal || isAddress || isPrivate(key);
  return !isAddress;
}

/** A string's text with its escapes decoded: `\u0040` is an @. */
function textOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}
