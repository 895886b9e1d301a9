import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const PROGRAM = `
process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); });
setTimeout(() => process.exit(1), 10_000);
console.log('runs');
`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lockstep-npm-'));
  cpSync('package.json', path.join(folder, 'package.json'));
  for (const file of ['scripts/start.ts', 'dist/worker.js']) {
    mkdirSync(path.join(folder, path.dirname(file)));
    writeFileSync(path.join(folder, file), PROGRAM);
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

// npm passes a signal on only to the shell that runs the script, and that shell would end without its child.
test.each(['start', 'dev', 'start:worker'])(
  'a signal to npm itself stops what npm run %s started',
  async (script) => {
    const npm = spawn('npm', ['run', script, '--ignore-scripts', '--silent'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    npm.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (said === 'runs\n') npm.kill('SIGTERM');
    });
    await once(npm.stdout, 'close');
    expect(said).toBe('runs\nstopped\n');
  },
  30_000,
);
