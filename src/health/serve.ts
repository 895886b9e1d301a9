import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Express } from 'express';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';

/**
 * Slow senders are cut off: headers must arrive within 5 s, a whole request within 10 s (Shopify itself waits
 * 5 s). An idle connection is kept for 65 s, longer than the usual 60 s of load balancers, so the balancer
 * closes it.
 */
const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 65_000 };

const PROBLEMS: Record<string, (port: number, host: string | undefined) => string> = {
  EADDRINUSE: (port) => `port ${port} is already in use: stop the program that uses it, or set another port`,
  ENOTSUP: () => 'this system cannot share a port between processes: set INGEST_PROCESSES to 1, or use Linux',
  EADDRNOTAVAIL: (_port, host) => `BIND: ${host} is not an address of this machine`,
  ENOTFOUND: (_port, host) => `BIND: ${host} is not an address of this machine`,
};

/**
 * Connections beyond this are closed at once, which bounds the memory that unknown senders can hold. Twice
 * what a flash sale of 500 webhooks a second needs if each response takes 2 s. Idle connections are closed to
 * make room.
 */
const MOST_CONNECTIONS = 2000;

/** Logs the port. */
export const tellPort = (log: Logger, what: string) => (port: number) => log.info({ port }, what);

/**
 * Serves an app on a port (0: any free one), as a component of a program.
 * @param host BIND; undefined: every address of this machine. Required, so that no caller forgets it
 * @param options.reusePort whether other processes listen on the port, too; the system gives each connection to one (Linux)
 * @param options.stopping from when it is aborted, each answer closes its connection: its client opens the next one elsewhere
 */
export function httpServer(
  name: string,
  app: Express,
  port: number,
  onListening: (port: number) => void,
  host: string | undefined,
  { reusePort = false, stopping }: { reusePort?: boolean; stopping?: AbortSignal } = {},
): Component {
  const server: Server = createServer({ ...LIMITS, connectionsCheckingInterval: 1000 }, app);
  server.maxConnections = MOST_CONNECTIONS;
  server.on('drop', () => server.closeIdleConnections());
  // Before the app's own listener, which may send its headers at once.
  server.prependListener('request', (_request, response) => {
    if (stopping?.aborted) response.setHeader('connection', 'close');
  });
  // close() closes the connections that are idle at that moment. One that is still answering is closed after
  // its response; otherwise its keep-alive would delay the stop.
  server.on('request', (_request, response) => {
    response.on('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  // Node does not count a connection as idle if it has not sent anything yet, so it would delay the stop.
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return {
    name,
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          error.message = PROBLEMS[error.code ?? '']?.(port, host) ?? error.message;
          reject(error);
        });
        server.listen({ port, host, reusePort }, () => {
          onListening((server.address() as AddressInfo).port);
          resolve();
        });
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      }),
  };
}
