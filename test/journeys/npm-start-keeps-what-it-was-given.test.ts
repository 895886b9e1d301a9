import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalFile } from '../../scripts/local/state.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';

const PROJECT = path.resolve(import.meta.dirname, '..', '..');
const ORDER = 'example.myshopify.com/5820001001000';

/** A copy of the project with a .lockstep/ of its own, so that no npm start of a developer is touched. */
class Copy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lockstep-copy-'));
  readonly running: ChildProcess[] = [];

  constructor() {
    for (const name of ['src', 'scripts', 'package.json'])
      cpSync(path.join(PROJECT, name), path.join(this.folder, name), { recursive: true });
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(this.folder, 'node_modules'));
    // The launcher of the embedded MongoDB, where this machine has no mongod of its own.
    const launcher = path.join('.lockstep', 'bin');
    if (existsSync(path.join(PROJECT, launcher)))
      cpSync(path.join(PROJECT, launcher), path.join(this.folder, launcher), { recursive: true });
  }

  run(...args: string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
    const env = { ...process.env, PORT: '0', DASHBOARD_PORT: '0', REDIS_URL: '', MONGODB_URI: '' };
    const child = spawn(process.execPath, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    return { child, output: () => output, ended };
  }

  async start() {
    const started = this.run('scripts/start.ts');
    const serves = () => existsSync(this.localFile) && this.local().pid === started.child.pid;
    await until(() => serves() || started.child.exitCode !== null, 60_000, 'npm start');
    if (!serves()) throw new Error(`npm start ended:\n${started.output()}`);
    return { ...started, local: this.local() };
  }

  get localFile(): string {
    return path.join(this.folder, '.lockstep', 'local.json');
  }

  local(): LocalFile {
    return JSON.parse(readFileSync(this.localFile, 'utf8')) as LocalFile;
  }
}

async function statusOf(local: LocalFile): Promise<number> {
  const headers = { authorization: `Bearer ${local.adminToken}` };
  return (await http(`${local.dashboardUrl}/api/orders/${ORDER}`, { headers })).status;
}

async function isServed(url: string): Promise<boolean> {
  return await http(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}

describe('npm start', () => {
  let copy: Copy;
  beforeAll(() => {
    copy = new Copy();
  });
  afterAll(() => {
    for (const child of copy.running) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(copy.folder, { recursive: true, force: true });
  });

  test('P2: takes an order, says so, and still has it after Ctrl-C and another start', async () => {
    const first = await copy.start();
    expect(statSync(copy.localFile).mode & 0o777).toBe(0o600);
    expect(first.output()).toContain('npm run send -- lifecycle');
    const sent = copy.run('scripts/send.ts', 'lifecycle');
    expect(await sent.ended).toBe(0);
    expect(sent.output().match(/^200 {2}accepted/gm)).toHaveLength(13);
    await until(async () => (await statusOf(first.local)) === 200);

    const twin = copy.run('scripts/start.ts');
    expect(await twin.ended).toBe(1);
    expect(twin.output()).toContain('already runs here');
    // It started nothing, and so it stops nothing.
    expect(twin.output()).not.toMatch(/stopp/);

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(existsSync(copy.localFile)).toBe(false);
    expect(await isServed(first.local.ingestUrl)).toBe(false);

    const second = await copy.start();
    expect(await statusOf(second.local)).toBe(200);
    const again = copy.run('scripts/send.ts', 'lifecycle');
    expect(await again.ended).toBe(0);
    expect(again.output().match(/^200 {2}duplicate/gm)).toHaveLength(13);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 120_000);

  test('killed outright, it leaves no server behind and starts again', async () => {
    const first = await copy.start();
    first.child.kill('SIGKILL');
    await until(async () => !(await isServed(first.local.ingestUrl)), 30_000, 'ingest to end');
    await until(async () => !(await isServed(first.local.dashboardUrl)), 30_000, 'the dashboard to end');
    const second = await copy.start();
    expect(await statusOf(second.local)).toBe(200);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 120_000);
});
