import type { IncomingMessage } from 'node:http';
import type { BytesInFlight } from './bytes-in-flight.ts';

export type Body =
  | { outcome: 'whole'; bytes: Buffer }
  | { outcome: 'too_large' }
  | { outcome: 'unavailable' }
  | { outcome: 'broken_off' };

/** The cost of a piece in addition to its bytes: a body may arrive one byte at a time. */
const PIECE_BYTES = 256;

/** A body, and a function that returns its bytes to the budget; call it when they are no longer needed. */
interface ReadBody {
  body: Body;
  release: () => void;
}

/**
 * Reads a body as it arrives, and stops as soon as it is too large or exceeds the budget of all bodies
 * (`unavailable`). express.raw would first read the rest, so 100 MB would cost 100 MB. Node then discards
 * what still arrives, for as long as the server's requestTimeout allows.
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

/** Most bodies arrive in one piece, which is not copied. */
function joined(pieces: Buffer[]): Buffer {
  const [first] = pieces;
  return first && pieces.length === 1 ? first : Buffer.concat(pieces);
}

/** A piece is part of a socket's read buffer and keeps all of it in memory, so a small piece is copied. */
function alone(piece: Buffer): Buffer {
  return 2 * piece.length < piece.buffer.byteLength ? Buffer.from(piece) : piece;
}
