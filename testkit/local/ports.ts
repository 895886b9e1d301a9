import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Below the ports that Linux gives to outgoing connections (32768 and above), so that none of those can take it. */
const FIRST = 20_000;
const LAST = 32_000;
const TRIES = 50;

/** Binds the port and releases it. @returns the port, or null if it is taken; 0 asks for any free one */
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

/** A port for a program that will be started in a moment. @throws if none is found */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = await tryPort(randomInt(FIRST, LAST), '127.0.0.1');
    if (port !== null) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}
