import { HandlerMistake } from './failure.ts';

/** A result is kept in one document beside those of all other steps; a message's body is as large as a result. */
export const MOST_JSON_BYTES = 64 * 1024;

/** @param what it is, for the error @returns null: there is nothing, such as `undefined` */
export function jsonOf(what: string, value: unknown): string | null {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    throw new HandlerMistake(`${what} is not JSON`);
  }
  return text ?? null;
}

/** @throws HandlerMistake if it is larger than what is kept */
export function smallJsonOf(what: string, value: unknown): string | null {
  const text = jsonOf(what, value);
  const bytes = text === null ? 0 : Buffer.byteLength(text);
  if (bytes > MOST_JSON_BYTES)
    throw new HandlerMistake(`${what} has ${bytes} bytes; at most ${MOST_JSON_BYTES} are kept`);
  return text;
}
