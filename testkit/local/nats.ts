import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';

const START_MS = 30_000;
const LOOK_AGAIN_MS = 20;
/** Debian has it in a folder that only root has on the path. */
const BINARY = existsSync('/usr/sbin/nats-server') ? '/usr/sbin/nats-server' : 'nats-server';

/** A NATS server with JetStream, on a free loopback port. */
export interface LocalNats {
  port: number;
  stop: () => Promise<void>;
  startAgain: () => Promise<void>;
  hasEnded: () => boolean;
}

/**
 * @param folder where its data is stored; the caller removes it
 * @param settings more lines of its configuration file
 * @throws Error with what it said, if it does not start
 */
export async function startNats(folder: string, settings: readonly string[] = []): Promise<LocalNats> {
  const port = await freePort();
  const file = path.join(folder, 'nats.conf');
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `jetstream: { store_dir: "${path.join(folder, 'data')}" }`,
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const start = () => new ServerProcess([BINARY, '-c', file]);
  let server = start();
  await untilReady(server);
  return {
    port,
    stop: () => server.stop(),
    startAgain: async () => {
      server = start();
      await untilReady(server);
    },
    hasEnded: () => server.hasEnded,
  };
}

/** One that is not ready is stopped: it would keep the caller from ending. */
async function untilReady(server: ServerProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!server.said.includes('Server is ready')) {
    if (server.hasEnded || Date.now() > deadline) {
      if (!server.hasEnded) await server.stop();
      throw new Error(`NATS does not start: ${server.said}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
