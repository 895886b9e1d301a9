import { Refusal } from '../refusal.ts';

/** Every token of JSON text that matters here: a string, perhaps with its colon; a bracket; a number. */
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]|-?\d[\d.eE+-]*/g;
/** Levels of the body: more than any useful data needs, and far less than any recursion takes. */
const DEEPEST = 40;

/** As RFC 8259 asks: no other encoding. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON that all readers understand in the same way: no object has a key twice, no number is one that JavaScript
 * rounds, and nothing is nested deeper than some parsers take.
 * @throws Refusal
 */
export function parseUnambiguous(bytes: Uint8Array): unknown {
  let value: unknown;
  let text: string;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Refusal('bad_request', 'the body is not JSON in UTF-8');
  }
  const because = ambiguityIn(text);
  if (because !== null) throw new Refusal('bad_request', because);
  return value;
}

/** The objects (their keys) and lists that are open. */
type Open = (Set<string> | null)[];

/** @param text valid JSON */
function ambiguityIn(text: string): string | null {
  const open: Open = [];
  for (const [token, string, colon] of text.matchAll(TOKENS)) {
    if (string === undefined) {
      const because = ambiguityBeside(token, open);
      if (because !== null) return because;
    } else if (colon !== undefined && isRepeated(string, open.at(-1)))
      return 'the body has an object with the same key twice';
  }
  return null;
}

/** Of a bracket or a number. */
function ambiguityBeside(token: string, open: Open): string | null {
  if (token === '{' || token === '[') open.push(token === '{' ? new Set() : null);
  else if (token === '}' || token === ']') open.pop();
  else if (isRounded(token)) return 'the body has a number that would be rounded: send it as text';
  return open.length > DEEPEST ? `the body is nested deeper than ${DEEPEST} levels` : null;
}

function isRounded(token: string): boolean {
  const value = Number(token);
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** Also records the key. */
function isRepeated(string: string, keys: Set<string> | null | undefined): boolean {
  const key = JSON.parse(string) as string;
  if (!keys) return false;
  const isKnown = keys.has(key);
  keys.add(key);
  return isKnown;
}
