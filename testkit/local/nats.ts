import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './ports.ts';
import { ServerProcess, untilAnswering } from './server-process.ts';

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
  const isReady = () => untilAnswering('NATS', server, () => server.said.includes('Server is ready'));
  let server = start();
  await isReady();
  return {
    port,
    stop: () => server.stop(),
    startAgain: async () => {
      server = start();
      await isReady();
    },
    hasEnded: () => server.hasEnded,
  };
}
