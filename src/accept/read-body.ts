import type { IncomingMessage } from 'node:http';
import type { BytesInFlight } from './bytes-in-flight.ts';

export type Body =
  | { outcome: 'whole'; bytes: Buffer }
  | { outcome: 'too_large' }
  | { outcome: 'unavailable' }
  | { outcome: 'broken_off' };

/** What a piece costs beside its bytes: a body may come one by one. */
const PIECE_BYTES = 256;

/** A body, and what gives back the bytes that it holds: to be called once they are needed no more. */
interface ReadBody {
  body: Body;
  release: () => void;
}

/**
 * Reads a body as it comes, and ends as soon as it is too large, or one too many for all of ingest (`unavailable`):
 * express.raw would first read all the rest of it, so that 100 MB are 100 MB. What still comes then is let through
 * unread by Node, for as long as the server's requestTimeout allows.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  inFlight: BytesInFlight,
): Promise<ReadBody> {
  return new Promise((resolve) => {
    let pieces: Buffer[] = [];
    let bytes = 0;
    let ended = false;
    const held = inFlight.hold(() => end({ outcome: 'unavailable' }));
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > maxBytes) end({ outcome: 'too_large' });
      else if (held.grow(piece.length + PIECE_BYTES)) pieces.push(alone(piece));
      else end({ outcome: 'unavailable' });
    };
    const end = (body: Body) => {
      if (ended) return;
      ended = true;
      request.off('data', take);
      pieces = [];
      if (body.outcome === 'whole') held.arrived();
      else held.release();
      resolve({ body, release: held.release });
    };
    request.on('data', take);
    request.once('end', () => end({ outcome: 'whole', bytes: joined(pieces) }));
    request.once('error', () => end({ outcome: 'broken_off' }));
    request.once('close', () => end({ outcome: 'broken_off' }));
  });
}

/** Most bodies come in one piece, which need not be copied. */
function joined(pieces: Buffer[]): Buffer {
  const [first] = pieces;
  return first && pieces.length === 1 ? first : Buffer.concat(pieces);
}

/** A piece is a part of what the socket read, and would keep all of that: a small part is copied. */
function alone(piece: Buffer): Buffer {
  return 2 * piece.length < piece.buffer.byteLength ? Buffer.from(piece) : piece;
}
