import { endOfNumber, endOfString, startsNumber } from './lossless-json.ts';

/** A JSON number that no JavaScript number equals, as it was sent: `820982911946154508`, `1e400`. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Where a number may be inexact: a double has 15 digits, and an exponent of at most three digits. */
const LONG_NUMBER = /(?:^|[[:,\s])-?(?:[\d.]{16}|\d[\d.]*[eE][+-]?\d{3})/;

/**
 * Parses JSON without losing a digit. Nearly all bodies have only numbers that JavaScript represents exactly: for them,
 * this returns the value that was already parsed.
 * @param bytes valid JSON
 * @param parsed the same, as JSON.parse returns it
 */
export function exactJson(bytes: Uint8Array, parsed: unknown): unknown {
  const text = utf8.decode(bytes);
  if (!LONG_NUMBER.test(text)) return parsed;
  return unmarked(JSON.parse(marked(text)));
}

/**
 * Begins the text that stands for a number (`n`), or for a string that begins with the same character (`s`). It is half
 * of a surrogate pair: valid UTF-8 cannot contain it, and only an escape (`\ud800`) can.
 */
const MARK = '\\ud800';
const MARKED = /^\ud800[ns]/;

/** Turns each inexact number into a marked string. One pass, as in lossless-json.ts. */
function marked(json: string): string {
  const pieces: string[] = [];
  let done = 0;
  const replace = (start: number, end: number, by: string) => {
    pieces.push(json.slice(done, start), by);
    done = end;
  };
  for (let i = 0; i < json.length;) {
    const start = i;
    if (json[i] === '"') {
      i = endOfString(json, i);
      if (json.slice(start + 1, start + 1 + MARK.length).toLowerCase() === MARK && !isKey(json, i))
        replace(start, start + 1, `"${MARK}s`);
    } else if (startsNumber(json.charCodeAt(i))) {
      i = endOfNumber(json, i);
      const text = json.slice(start, i);
      if (!isExact(text)) replace(start, i, `"${MARK}n${text}"`);
    } else i += 1;
  }
  return pieces.join('') + json.slice(done);
}

const COLON = /\s*:/y;

/** @param end the position after a string */
function isKey(json: string, end: number): boolean {
  COLON.lastIndex = end;
  return COLON.test(json);
}

/** Numbers with at most this many digits are exact in JavaScript. */
const EXACT_DIGITS = 15;

function isExact(text: string): boolean {
  if (text.length <= EXACT_DIGITS && !/e/i.test(text)) return true;
  const value = Number(text);
  return Number.isFinite(value) && valueOf(text) === valueOf(String(value));
}

/** Equal numbers have the same text: their digits without zeros at either end, and their exponent. */
function valueOf(text: string): string {
  const [mantissa = '', power = '0'] = text.replace('-', '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = withoutZerosAtEnd(digits);
  const exponent = Number(power) - fraction.length + digits.length - short.length;
  return short === '' ? '0' : `${short}e${exponent}`;
}

/** In linear time: the regular expression for it takes quadratic time. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

interface Frame {
  value: object;
  keys: string[];
}

/** Replaces marked strings in place. Uses a list instead of recursion: a body may be nested deeply. */
function unmarked(root: unknown): unknown {
  const top = { root };
  const open: Frame[] = [{ value: top, keys: ['root'] }];
  for (let frame = open.pop(); frame; frame = open.pop()) {
    const here = frame.value as Record<string, unknown>;
    for (const key of frame.keys) {
      const value = here[key];
      if (typeof value === 'object' && value !== null) open.push({ value, keys: Object.keys(value) });
      else if (typeof value === 'string' && MARKED.test(value))
        Object.defineProperty(here, key, { value: meant(value), enumerable: true, writable: true });
    }
  }
  return top.root;
}

function meant(text: string): unknown {
  return text[1] === 'n' ? new NumberText(text.slice(2)) : text.slice(2);
}
