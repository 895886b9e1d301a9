import { connect } from 'node:net';

/**
 * Sends bytes on a separate connection, and returns everything that comes back until the other side closes
 * it, or until as many answers as the test expects.
 */
export function exchange(url: string, bytes: string | Buffer, answers = Infinity): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (statusesOf(received).length >= answers) socket.destroy();
    });
    // A server that refuses closes with unread bytes, which resets the connection: its answer counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(received));
    socket.write(bytes);
  });
}

/** The statuses of the returned answers. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
