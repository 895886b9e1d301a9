import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LocalFile } from '../../testkit/local/state.ts';
import { until } from './until.ts';

const PROJECT = path.resolve(import.meta.dirname, '..', '..');

interface Running {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

/** A copy of the project with its own .lockstep/, so that a developer's npm start is not affected. */
export class ProjectCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lockstep-copy-'));
  readonly running: ChildProcess[] = [];

  /** @param more files or folders of the project that it has, too */
  constructor(...more: string[]) {
    for (const name of ['src', 'scripts', 'testkit', 'package.json', ...more])
      cpSync(path.join(PROJECT, name), path.join(this.folder, name), { recursive: true });
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(this.folder, 'node_modules'));
    mkdirSync(path.join(this.folder, '.lockstep'), { mode: 0o755 });
    // The launcher of the embedded MongoDB, if this machine has no mongod.
    const launcher = path.join('.lockstep', 'bin');
    if (existsSync(path.join(PROJECT, launcher)))
      cpSync(path.join(PROJECT, launcher), path.join(this.folder, launcher), { recursive: true });
  }

  run(...args: string[]): Running {
    return this.#spawn(process.execPath, args, {});
  }

  /** Runs a command as a person types it. What npm would run before it is already done. */
  shell(command: string, env: NodeJS.ProcessEnv = {}): Running {
    return this.#spawn('bash', ['-c', command], { ...env, npm_config_ignore_scripts: 'true' });
  }

  #spawn(file: string, args: string[], more: NodeJS.ProcessEnv): Running {
    // Compiled sources of a copy are of no use to the next one.
    const compiled = path.join(this.folder, '.lockstep', 'compiled');
    const own = { NODE_COMPILE_CACHE: compiled, REDIS_URL: '', MONGODB_URI: '' };
    const env = { ...process.env, ...own, PORT: '0', DASHBOARD_PORT: '0', ...more };
    // A group of its own: a shell's children end with it.
    const child = spawn(file, args, {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    return { child, output: () => output, ended };
  }

  async start(...args: string[]) {
    const started = this.run('scripts/start.ts', ...args);
    return { ...started, local: await this.served(started, () => this.local().pid === started.child.pid) };
  }

  /** Waits until this `npm start` serves. @throws if it ends first */
  async served({ child, output }: Running, isIts = () => true): Promise<LocalFile> {
    const serves = () => existsSync(this.localFile) && isIts();
    await until(() => serves() || child.exitCode !== null, 60_000, 'npm start');
    if (!serves()) throw new Error(`npm start ended:\n${output()}`);
    return this.local();
  }

  get localFile(): string {
    return path.join(this.folder, '.lockstep', 'local.json');
  }

  local(): LocalFile {
    return JSON.parse(readFileSync(this.localFile, 'utf8')) as LocalFile;
  }

  remove(): void {
    for (const { pid, exitCode, signalCode } of this.running)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
