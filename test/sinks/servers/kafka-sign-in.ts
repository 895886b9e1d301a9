import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

const API_VERSIONS = 18;
const HANDSHAKE = 17;
const AUTHENTICATE = 36;
const WRONG_CREDENTIALS = 58;

/** A broker that only signs users in (SASL, PLAIN), and accepts nobody: the mock of librdkafka signs nobody in. */
export class KafkaSignIn {
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  /** What users sent: an empty name, the user, the password, with a NUL between. */
  readonly asked: string[] = [];

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let read = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      read = Buffer.concat([read, chunk]);
      while (read.length >= 4 && read.length >= 4 + read.readInt32BE(0)) {
        const end = 4 + read.readInt32BE(0);
        socket.write(this.#answer(read.subarray(4, end)));
        read = read.subarray(end);
      }
    });
  }

  #answer(request: Buffer): Buffer {
    const body = {
      [API_VERSIONS]: () =>
        Buffer.concat([
          int16(0),
          int32(3),
          ...[API_VERSIONS, HANDSHAKE, AUTHENTICATE].flatMap((key) => [int16(key), int16(0), int16(1)]),
          int32(0),
        ]),
      [HANDSHAKE]: () => Buffer.concat([int16(0), int32(1), text('PLAIN')]),
      [AUTHENTICATE]: () => {
        const clientId = request.readInt16BE(8);
        this.asked.push(request.subarray(10 + clientId + 4).toString());
        return Buffer.concat([
          int16(WRONG_CREDENTIALS),
          text(`no user ${this.asked.at(-1)}`),
          int32(0),
          Buffer.alloc(8),
        ]);
      },
    }[request.readInt16BE(0)]!();
    const answer = Buffer.concat([request.subarray(4, 8), body]);
    return Buffer.concat([int32(answer.length), answer]);
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
