import type { Socket } from 'node:net';
import { createRequire } from 'node:module';

/** What {@link releaseWaitingWrites} uses of the driver's internal class. */
interface DriverConnection {
  readonly socket: Socket;
  cleanup: (error: unknown) => void;
}

// Mongoose may have a driver of its own.
const requireFromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));

/**
 * Works around a fault in MongoDB's driver (mongodb 7.5 to 7.9, `Connection.writeCommand`). A command that is written
 * to a closing connection waits for the socket's `drain` event, which never comes. If it is the monitor's command, the
 * client never finds out that the server is back; if it is a drain's, the order keeps its lock. With the event, the
 * driver sees that the connection is closed, and the command fails.
 */
export function releaseWaitingWrites(): void {
  const { Connection } = requireFromMongoose('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: DriverConnection };
  };
  const cleanup = Connection.prototype.cleanup;
  Connection.prototype.cleanup = function (error) {
    cleanup.call(this, error);
    this.socket.emit('drain');
  };
}
