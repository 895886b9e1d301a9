// One set-up at a time in a folder: a newcomer types the second command while the first still installs.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    if (!isRunning(otherSetUp())) {
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

/** The file appears with its content: a link is made in one step, and fails if the file exists. */
function takesTurn() {
  const own = `${file}-${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own);
  }
}

function otherSetUp() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    // It has just ended.
    return null;
  }
}

function isRunning(pid) {
  if (pid === null || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
