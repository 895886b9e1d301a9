import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { runCommand } from '../../src/ops/ops-command.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command and its output so far. */
export interface FollowedOps {
  said: { stdout: string; stderr: string };
  ended: Promise<Ended>;
}

export interface RunningOps extends FollowedOps {
  child: ChildProcess;
}

const OPS = path.resolve('src/ops.ts');
/** A folder without `.lockstep`: nothing was started here. */
const ELSEWHERE = path.resolve('test');

/** Starts the command line as a process, with only the given environment. */
export function startOps(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd: string = ELSEWHERE,
): RunningOps {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [OPS, ...args], {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE, USER: 'ada', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, said, ended };
}

/** Runs a command in this process, with only the given environment. */
export function runOps(args: readonly string[], env?: NodeJS.ProcessEnv, folder?: string): Promise<Ended> {
  return followOps(args, env, folder).ended;
}

/** The same, with its output so far. */
export function followOps(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  folder: string = ELSEWHERE,
): FollowedOps {
  const said = { stdout: '', stderr: '' };
  const ended = runCommand(args, {
    print: (text) => void (said.stdout += text),
    isScreen: false,
    drained: () => Promise.resolve(),
    say: (text) => void (said.stderr += text),
    bars: null,
    env: { USER: 'ada', ...env },
    folder,
  });
  return { said, ended: ended.then((code) => ({ code, ...said })) };
}
