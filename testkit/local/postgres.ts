import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from './ports.ts';
import { asUser, idsOf, output, ServerProcess, untilAnswering } from './server-process.ts';

const USER = 'lockstep';
const HOME = '/usr/lib/postgresql';

/** A PostgreSQL of Debian's package, on a free loopback port. */
export interface LocalPostgres {
  port: number;
  user: string;
  /** With the password. */
  url: string;
  /** Fast: clients are disconnected. */
  stop: () => Promise<void>;
  startAgain: () => Promise<void>;
  hasEnded: () => boolean;
}

/**
 * @param folder where its data is stored; the caller removes it
 * @param settings as postgresql.conf names them
 * @throws Error with what it said, if it does not start
 */
export async function startPostgres(
  folder: string,
  password: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<LocalPostgres> {
  const data = path.join(folder, 'data');
  createData(folder, data, password);
  const port = await freePort();
  const url = `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const start = () => launch(data, { port: String(port), ...settings });
  const isReady = () => untilAnswering('PostgreSQL', server, () => answers(url));
  let server = start();
  await isReady();
  return {
    port,
    user: USER,
    url,
    stop: () => {
      const [pid] = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
      return server.stop(() => process.kill(Number(pid), 'SIGINT'));
    },
    startAgain: async () => {
      server = start();
      await isReady();
    },
    hasEnded: () => server.hasEnded,
  };
}

function createData(folder: string, data: string, password: string): void {
  const secret = path.join(folder, 'password');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(secret, password);
  if (process.getuid?.() === 0) {
    const { uid, gid } = idsOf('postgres');
    for (const each of [folder, data, secret]) chownSync(each, uid, gid);
  }
  const [command = '', ...args] = [...asUser('postgres'), binary('initdb')] as string[];
  output(command, [...args, '-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${secret}`, '-N']);
}

function launch(data: string, more: Readonly<Record<string, string>>): ServerProcess {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...more };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return new ServerProcess([...asUser('postgres'), binary('postgres'), '-D', data, ...args]);
}

async function answers(url: string): Promise<boolean> {
  const client = new Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Debian has the programs of each version in a folder, and not on the path. */
function binary(name: string): string {
  const versions = readdirSync(HOME).toSorted((a, b) => Number(b) - Number(a));
  return path.join(HOME, versions[0] ?? '', 'bin', name);
}
