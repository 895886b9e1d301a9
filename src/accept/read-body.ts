import type { IncomingMessage } from 'node:http';

type Body = { outcome: 'whole'; bytes: Buffer } | { outcome: 'too_large' } | { outcome: 'broken_off' };

/**
 * Reads a body as it comes, and ends as soon as it is too large: express.raw would first read all the rest
 * of it, so that 100 MB are 100 MB. What still comes then is let through unread by Node, for as long as the
 * server's requestTimeout allows.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > maxBytes) end({ outcome: 'too_large' });
      else pieces.push(piece);
    };
    const end = (body: Body) => {
      request.off('data', take);
      resolve(body);
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
