import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';

/** A Lockstep program that runs as our child process. */
export interface RunningProgram {
  name: string;
  child: ChildProcess;
  /** Resolves to its exit code when it ends. */
  ended: Promise<number>;
  /** Sends SIGTERM, and waits. */
  stop: () => Promise<void>;
}

export type ProgramName = 'ingest' | 'worker' | 'dashboard' | 'app' | 'publisher';

const SOURCES = path.resolve(import.meta.dirname, '..', '..', 'src');

/**
 * Starts a program. It has a process group of its own, so Ctrl-C reaches only us and we stop everything in
 * order. It also has a channel to us: if we are killed, the channel closes and the program stops.
 * @param output where its log goes
 */
export function startProgram(
  name: ProgramName,
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe',
  folder = SOURCES,
): RunningProgram {
  const file = path.join(folder, folder === SOURCES ? `${name}.ts` : `${name}.js`);
  return startProcess(name, [file], env, output);
}

/**
 * The same, but restarted whenever one of its sources changes, even after it failed. Node's watcher does not
 * watch our channel: a tether stops it if we are killed, or our terminal is closed.
 * @param more files or folders that it loads in another process
 */
export function watchProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): RunningProgram {
  const tether = path.join(import.meta.dirname, 'tether.ts');
  // Node watches what a program loads, or only the paths that it is given.
  const paths = more.length === 0 ? [] : [SOURCES, ...more].map((each) => `--watch-path=${each}`);
  const watched = ['--watch', ...paths, '--watch-preserve-output', path.join(SOURCES, `${name}.ts`)];
  return startProcess(name, [tether, process.execPath, ...watched], env, 'inherit', 'pipe');
}

/** The same for any program that stops when its channel closes. */
export function startProcess(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  output: 'inherit' | 'pipe',
  input: 'ignore' | 'pipe' = 'ignore',
): RunningProgram {
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: [input, output, output, 'ipc'],
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

/** A program and its address. */
export interface Started {
  program: RunningProgram;
  url: string;
}

/** Starts a program on a free port, and waits until it is ready. @throws as {@link untilReady} */
export async function startOnFreePort(start: (port: string) => RunningProgram): Promise<Started> {
  const port = await freePort();
  const started = { program: start(String(port)), url: `http://127.0.0.1:${port}` };
  await untilReady(started.program, started.url);
  return started;
}

/** How long a program may take to become ready. */
const READY_MS = 60_000;

/** Waits until a program answers /readyz. @throws if it ends first, or takes longer than a minute */
export async function untilReady(program: RunningProgram, url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  let ended = false;
  void program.ended.then(() => (ended = true));
  while (Date.now() < deadline) {
    if (ended) throw new Error(`${program.name} ended during startup`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`${program.name} was not ready after ${READY_MS / 1000} s`);
}
