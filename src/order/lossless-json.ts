/**
 * JSON whose whole numbers stay exact: one beyond 2^53 becomes the text that stood in the source.
 * Shopify's own samples have such ids (820982911946154508), and JSON.parse alone rounds them.
 */
type JsonReading = { ok: true; value: unknown } | { ok: false; because: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** 16 digits in a row: the shortest text that can pass 2^53. Bodies without it need no reviver, which is slow. */
const MAYBE_BEYOND_2_53 = /\d{16}/;

export function readJson(bytes: Uint8Array): JsonReading {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, because: 'the body is not UTF-8' };
  }
  try {
    return { ok: true, value: MAYBE_BEYOND_2_53.test(text) ? parseExactly(text) : JSON.parse(text) };
  } catch (error) {
    return { ok: false, because: error instanceof RangeError ? 'nested too deeply' : 'the body is not JSON' };
  }
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

const keepSource: Reviver = (_key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? (context?.source ?? value)
    : value;

function parseExactly(text: string): unknown {
  return JSON.parse(text, keepSource);
}

/** What stands at a path of own keys, or undefined. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, key) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
