// One set-up at a time in a folder: a newcomer types the second command while the first still installs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fail, root, say } from './system-packages.mjs';

const file = path.join(root, '.lockstep', 'set-up.pid');
const LOOK_MS = 200;
/** Longer than any installation takes. */
const MOST_MS = 15 * 60_000;

/** Waits until no other set-up runs here. One that was killed does not count. */
export function waitForOtherSetUp() {
  const deadline = Date.now() + MOST_MS;
  let isTold = false;
  while (!takesTurn()) {
    const other = otherSetUp();
    if (other === null) continue;
    if (!isRunning(other)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!isTold) say('another set-up is installing here: waiting until it is done');
    isTold = true;
    if (Date.now() > deadline)
      fail('another set-up here takes too long.', `If none is running, delete ${file}.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
  process.once('exit', () => rmSync(file, { force: true }));
}

function takesTurn() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Its process id; 0 if it has just created the file; null if it has just ended. */
function otherSetUp() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function isRunning(pid) {
  if (pid === process.pid) return false;
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
