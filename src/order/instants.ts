/** Shopify's times: ISO 8601 with an offset, precise to a second (bodies) or a microsecond (triggered-at). */

const INSTANT = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/i;

/** Microseconds since 1970, or null if the value is not such a time. Exact: 2^53 µs last until the year 2255. */
export function microsOf(text: unknown): number | null {
  const match = typeof text === 'string' ? INSTANT.exec(text) : null;
  if (!match) return null;
  const [, whole = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${whole.replace(' ', 'T')}${zone.toUpperCase()}`);
  const micros = ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  return Number.isSafeInteger(micros) && micros >= 0 ? micros : null;
}

/** Milliseconds since 1970, or null. */
export function millisOf(text: unknown): number | null {
  const micros = microsOf(text);
  return micros === null ? null : Math.floor(micros / 1000);
}

/** The same instant in UTC, to the millisecond, as `Date` writes it; null if the value is not such a time. */
export function isoOf(text: unknown): string | null {
  const ms = millisOf(text);
  return ms === null ? null : new Date(ms).toISOString();
}

/** A moment for a sentence about another moment, in UTC: `10:00:02`, with the date if that differs. */
export function momentText(ms: number, beside: number): string {
  const text = new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
  const isSameDay = text.startsWith(new Date(beside).toISOString().slice(0, 10));
  return isSameDay ? text.slice(11) : text;
}
