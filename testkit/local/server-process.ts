import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TETHER = path.join(import.meta.dirname, 'tether.ts');

/** Characters of what a server wrote. */
const KEPT = 2000;
const START_MS = 60_000;
const ASK_AGAIN_MS = 20;

/** A server in a process of its own; it ends with this process, however that ends. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** The last lines that it wrote. */
  #said = '';
  #first = '';

  /** @param env added to that of this process */
  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [TETHER, ...command], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-KEPT);
        this.#first = (this.#first + chunk.toString()).slice(0, KEPT);
      });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get said(): string {
    return this.#said;
  }

  /** The first lines that it wrote. */
  get first(): string {
    return this.#first;
  }

  /** @param ask asks it to stop; otherwise it gets SIGTERM */
  async stop(ask: () => void = () => this.#child.kill('SIGTERM')): Promise<void> {
    ask();
    await this.#ended;
  }
}

/**
 * Waits until a server answers. One that does not is stopped: it would keep the caller from ending.
 * @throws Error with what it said
 */
export async function untilAnswering(
  name: string,
  server: ServerProcess,
  answers: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await answers())) {
    if (server.hasEnded || Date.now() > deadline) {
      if (!server.hasEnded) await server.stop();
      throw new Error(`${name} does not start: ${server.said}`);
    }
    await sleep(ASK_AGAIN_MS);
  }
}

/** Waits for a server's start. One that does not start is removed: its processes would keep the test from ending. */
export async function started<Server extends { remove: () => Promise<void> }>(
  server: Server,
  start: Promise<void>,
): Promise<Server> {
  try {
    await start;
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}

/** The answer of a command. @throws Error with what it said */
export function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const run = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (run.status !== 0) throw new Error(`${command}: ${run.error?.message ?? `${run.stdout}${run.stderr}`}`);
  return run.stdout;
}

/** What a server that refuses to run as root is started with; empty if this is not root. */
export function asUser(name: string): string[] {
  if (process.getuid?.() !== 0) return [];
  return ['setpriv', `--reuid=${name}`, `--regid=${name}`, '--clear-groups', '--'];
}

export function idsOf(name: string): { uid: number; gid: number } {
  return { uid: Number(output('id', ['-u', name])), gid: Number(output('id', ['-g', name])) };
}
