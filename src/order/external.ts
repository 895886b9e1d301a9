import type { WaitingEvent } from './event.ts';
import type { ExternalData, ExternalFact } from './external-fact.ts';
import { trustedEventId, type EventId } from './identity.ts';
import { microsOf } from './instants.ts';
import { readJson } from './lossless-json.ts';
import { masked } from './mask.ts';
import { positionOf } from './position.ts';

/**
 * Events that other systems put into an order's sequence. They are kept apart from Shopify's facts: an order has the
 * newest event of each type, and no other field of it depends on them.
 */

/** After all of Shopify's topics at the same microsecond. */
const EXTERNAL_RANK = 10;

/**
 * The body of an external event, as the intake makes it. The data comes first, under a key whose contents are masked
 * like customer data (private-keys.ts).
 */
interface ExternalBody {
  external: ExternalData;
  /** ISO 8601. */
  occurredAt: string;
  source: string;
  public: readonly string[];
}

/** @param hash SHA-256 of what makes the event different from all others */
export function externalEventId(hash: string): EventId {
  return trustedEventId(hash);
}

/** How every {@link ExternalBody} begins. */
const BEGINNING = Buffer.from('{"external":');

export function externalBody({ external, occurredAt, source, public: shown }: ExternalBody): Buffer {
  return Buffer.from(JSON.stringify({ external, occurredAt, source, public: shown }));
}

/** Null: the body is damaged. */
function readBody(body: Uint8Array): ExternalBody | null {
  const json = readJson(body);
  if (!json.ok || !isObject(json.value)) return null;
  const { external, occurredAt, source, public: shown } = json.value as unknown as ExternalBody;
  const isRead = isObject(external) && microsOf(occurredAt) !== null && typeof source === 'string';
  return isRead && Array.isArray(shown) ? { external, occurredAt, source, public: shown } : null;
}

/** What an external event says, and its place in the sequence; null: its body is damaged. */
export function readExternal({ id, receivedAt, body }: WaitingEvent): ExternalFact | null {
  const read = readBody(body);
  if (!read) return null;
  // A sender's clock may be a little fast: what has not happened yet would make all that follows late.
  const micros = Math.min(microsOf(read.occurredAt) ?? 0, receivedAt * 1000);
  const occurredAt = Math.floor(micros / 1000);
  const { external: data, source, public: shown } = read;
  const position = positionOf(occurredAt, micros, EXTERNAL_RANK, id);
  return { data, occurredAt, receivedAt, eventId: id, source, public: shown, position };
}

/** The same body without its data; null if this is not the body of an external event. */
export function withoutData(body: Uint8Array): Buffer | null {
  if (!BEGINNING.equals(body.subarray(0, BEGINNING.length))) return null;
  const read = readBody(body);
  return read && externalBody({ ...read, external: {} });
}

/** Data as it is shown: masked like all customer data, except for what is public. */
export function maskedData(data: ExternalData, shown: readonly string[]): ExternalData {
  const text = masked(Buffer.from(JSON.stringify({ external: data })));
  if (text === null) return {};
  const { external } = JSON.parse(text) as { external: ExternalData };
  for (const pointer of shown) restore(external, data, pointer.split('/').slice(1).map(unescaped));
  return external;
}

/** Puts the value at a path back. `*` stands for every member. */
function restore(into: unknown, from: unknown, [name, ...rest]: readonly string[]): void {
  if (name === undefined || !isContainer(into) || !isContainer(from)) return;
  for (const key of name === '*' ? Object.keys(from) : [name]) {
    if (!Object.hasOwn(from, key) || !Object.hasOwn(into, key)) continue;
    if (rest.length > 0) restore(into[key], from[key], rest);
    else Object.defineProperty(into, key, { value: from[key] });
  }
}

/** RFC 6901. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}
