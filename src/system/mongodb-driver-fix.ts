import type { Socket } from 'node:net';
import { createRequire } from 'node:module';

/** What {@link releaseWaitingWrites} uses of the driver's internal class. */
interface DriverConnection {
  readonly socket: Socket;
  cleanup: (error: unknown) => void;
}

// Mongoose may use its own copy of the driver.
const requireFromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));

/**
 * Works around a fault in MongoDB's driver (mongodb 7.5 to 7.9, `Connection.writeCommand`). A command that is written
 * to a closing connection waits for the socket's `drain` event, which never comes. If it is the monitor's command, the
 * client never finds out that the server is back. If it is a drain's, the order stays locked. When a connection has
 * closed, this emits the event: the driver then notices that the connection is closed, and the command fails.
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
