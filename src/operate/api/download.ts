import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

interface Downloaded {
  type: string;
  name: string;
  text: AsyncIterable<string>;
  /** For the audit log. */
  did: string;
  /** Aborted when the program stops. */
  stopping: AbortSignal;
}

/**
 * An answer that is sent piece by piece. Each piece is read when the client has taken the previous ones. If the answer
 * cannot be finished, the connection is cut, so a client never mistakes a part for the whole.
 */
export class Download {
  readonly did: string;
  readonly #given: Downloaded;

  constructor(given: Downloaded) {
    this.did = given.did;
    this.#given = given;
  }

  /** @param whoIs called before each piece: the token may expire or be revoked during the download */
  async send(response: Response, whoIs: () => Promise<unknown>): Promise<void> {
    const { type, name, text, stopping } = this.#given;
    response.set({
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      // Otherwise nginx would buffer the stream.
      'x-accel-buffering': 'no',
    });
    try {
      await pipeline(Readable.from(allowed(text, whoIs), { highWaterMark: 1 }), response, {
        signal: stopping,
      });
    } catch (error) {
      response.destroy();
      if (!isGone(error)) throw error;
    }
  }
}

async function* allowed(text: AsyncIterable<string>, whoIs: () => Promise<unknown>) {
  for await (const piece of text) {
    if (!(await whoIs())) throw new Error('the token expired or was revoked during the download');
    yield piece;
  }
}

/** The client has disconnected, or this program stops: neither needs to be logged. */
function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR';
}
