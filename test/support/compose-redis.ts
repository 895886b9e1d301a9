import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../testkit/local/ports.ts';
import { compose, DEMANDED, environmentOf, filled } from './compose.ts';
import { until } from './until.ts';

/** A Redis as docker-compose.yml starts it: its own command, with this machine's redis-server. */
export interface ComposeRedis {
  /** For the programs, as their user. */
  url: string;
  /** With all rights: for inspection. docker-compose.yml has no such user. */
  root: Redis;
  stop: () => Promise<void>;
}

export async function startComposeRedis(): Promise<ComposeRedis> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-compose-redis-'));
  const port = await freePort();
  // Replaces the image's entrypoint, which drops root and starts its arguments.
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, 'docker-entrypoint.sh'),
    `#!/bin/sh\nexec "$@" --port ${port} --bind 127.0.0.1 --user root on '>root' '~*' '&*' +@all\n`,
    { mode: 0o755 },
  );
  const service = compose.services.redis;
  const [command = '', ...args] = (service?.command ?? []).map((text) => filled(text, DEMANDED));
  const env = {
    ...process.env,
    ...environmentOf(service, DEMANDED),
    PATH: `${bin}:${process.env.PATH}`,
  };
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await until(() => child.exitCode !== null || heard.includes('Ready to accept connections'));
  if (child.exitCode !== null) throw new Error(`Redis ended: ${heard}`);
  const root = new Redis(port, '127.0.0.1', { username: 'root', password: 'root' });
  return {
    url: `redis://lockstep:${DEMANDED.REDIS_PASSWORD}@127.0.0.1:${port}`,
    root,
    stop: async () => {
      root.disconnect();
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}
