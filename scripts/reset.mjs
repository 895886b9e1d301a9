// npm run reset: deletes the local data, and what set-up unpacked under .lockstep/. Refuses while Lockstep
// runs.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const state = path.resolve(import.meta.dirname ?? '.', '..', '.lockstep');

function runningPid() {
  try {
    const { pid } = JSON.parse(readFileSync(path.join(state, 'local.json'), 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

const pid = runningPid();
if (pid) {
  process.stderr.write(`Lockstep is running here (process ${pid}): stop it first.\n`);
  process.exit(1);
}
rmSync(state, { recursive: true, force: true });
process.stdout.write('Removed .lockstep/: the next start begins without data.\n');
