import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Binds the port and releases it: returns the port, or null if it is taken. 0 asks for any free one. */
export function tryPort(port: number, host?: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      const bound = (server.address() as AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}

/**
 * Below the ports that systems give to outgoing connections (Linux: from 32768): a program takes seconds until it listens,
 * and a connection would take its port meanwhile, once in some hundred starts.
 */
const PORTS = { first: 20_000, count: 12_000 } as const;
/** Each process begins somewhere else. */
let place = Math.floor(Math.random() * PORTS.count);

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS.count; tries += 1) {
    place = (place + 1) % PORTS.count;
    const port = await tryPort(PORTS.first + place, '127.0.0.1');
    if (port !== null) return port;
  }
  throw new Error('no free port on 127.0.0.1');
}
