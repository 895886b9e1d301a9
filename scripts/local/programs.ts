import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** A program of Lockstep as a process of ours. */
export interface RunningProgram {
  name: string;
  child: ChildProcess;
  /** Its exit code, once it ends. */
  ended: Promise<number>;
  /** SIGTERM, and waits. */
  stop: () => Promise<void>;
}

const SOURCES = path.resolve(import.meta.dirname, '..', '..', 'src');

/**
 * Starts a program. It has a process group of its own, so that Ctrl-C reaches us alone and we stop
 * everything in order; and a channel to us, whose end stops it should we be killed.
 * @param output where its log goes
 */
export function startProgram(
  name: 'ingest' | 'worker' | 'dashboard' | 'app',
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe',
  folder = SOURCES,
): RunningProgram {
  const file = path.join(folder, folder === SOURCES ? `${name}.ts` : `${name}.js`);
  return startProcess(name, [file], env, output);
}

/** The same for any program that ends when its channel does. */
export function startProcess(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe',
): RunningProgram {
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  return {
    name,
    child,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** How long a program may take until it is ready. */
const READY_MS = 60_000;

/** Waits until a program answers /readyz. @throws where it ends before, or takes a minute */
export async function untilReady(program: RunningProgram, url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  let ended = false;
  void program.ended.then(() => (ended = true));
  while (Date.now() < deadline) {
    if (ended) throw new Error(`${program.name} ended while starting`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${program.name} is not ready after ${READY_MS / 1000} s`);
}
