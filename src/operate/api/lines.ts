import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Answers as NDJSON: one JSON document per line. */
const TYPE = 'application/x-ndjson';
/** Lines between two checks of the token. */
const CHECK_EVERY = 500;

export function asksForLines(request: Request): boolean {
  return request.accepts(['application/json', TYPE]) === TYPE;
}

/**
 * Sends lines as fast as the client reads them. If the first line fails, the client gets an ordinary error answer.
 * After that, a failure cuts the connection: the client sees that the last line is missing.
 * @param whoIs called again and again: the token may expire or be revoked meanwhile
 */
export async function sendLines(
  lines: AsyncIterator<object>,
  response: Response,
  whoIs: () => Promise<unknown>,
): Promise<void> {
  try {
    const first = await lines.next();
    response.type(TYPE).set('cache-control', 'no-store');
    await pipeline(Readable.from(textOf(first, lines, whoIs), { objectMode: false }), response);
  } catch (error) {
    if (!response.headersSent) throw error;
    response.destroy();
  }
}

async function* textOf(
  first: IteratorResult<object>,
  lines: AsyncIterator<object>,
  whoIs: () => Promise<unknown>,
): AsyncGenerator<string> {
  let sent = 0;
  for (let line = first; !line.done; line = await lines.next()) {
    yield `${JSON.stringify(line.value)}\n`;
    sent += 1;
    if (sent % CHECK_EVERY === 0 && !(await whoIs())) throw new Error('the token expired or was revoked');
  }
}
