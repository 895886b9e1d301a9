import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { Part } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';

/**
 * Slow senders are cut off: headers within 5 s, all of a request within 10 s (Shopify itself waits 5).
 * An idle connection is kept 65 s, longer than the 60 s of usual load balancers, so that it is they who
 * close it.
 */
const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 65_000 };

const PROBLEMS: Record<string, (port: number, host: string | undefined) => string> = {
  EADDRINUSE: (port) => `port ${port} is taken: stop what uses it, or give another port`,
  EADDRNOTAVAIL: (_port, host) => `BIND: ${host} is no address of this machine`,
  ENOTFOUND: (_port, host) => `BIND: ${host} is no address of this machine`,
};

/**
 * More connections are closed at once: what a connection may hold before anything is known of its sender has a bound.
 * Twice what a flash sale of 500 webhooks a second needs where each answer takes 2 s. Those that only idle make room.
 */
const MOST_CONNECTIONS = 2000;

/** Says in the log where it serves. */
export const tellPort = (log: Logger, what: string) => (port: number) => log.info({ port }, what);

/**
 * Serves an app on a port (0: any free one), as a part of a program.
 * @param host BIND; undefined: every address of this machine. Required, so that no listener forgets it
 */
export function serving(
  name: string,
  app: Express,
  port: number,
  onListening: (port: number) => void,
  host: string | undefined,
): Part {
  const server: Server = createServer({ ...LIMITS, connectionsCheckingInterval: 1000 }, app);
  server.maxConnections = MOST_CONNECTIONS;
  server.on('drop', () => server.closeIdleConnections());
  // close() ends the connections that are idle then; one that is answering ends with its answer, or its
  // keep-alive would hold up the stop.
  server.on('request', (_request, response) => {
    response.on('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  return {
    name,
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          error.message = PROBLEMS[error.code ?? '']?.(port, host) ?? error.message;
          reject(error);
        });
        server.listen(port, host, () => {
          onListening((server.address() as AddressInfo).port);
          resolve();
        });
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
