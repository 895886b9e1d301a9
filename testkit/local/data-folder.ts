import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { isAlive } from './is-alive.ts';

/** A file system in memory, on Linux. */
const MEMORY = '/dev/shm';
/** A whole test run writes 0.6 GB. */
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * A new folder for the data of test servers: in memory if there is room, otherwise in the temporary folder.
 * Every test file has its own database, with 80 files: on a busy disk, creating them takes seconds.
 */
export function dataFolder(name: string): string {
  removeAbandoned(name);
  return mkdtempSync(path.join(hasRoom() ? MEMORY : tmpdir(), `${name}-${process.pid}-`));
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
  } catch {
    return false;
  }
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, freemem()) > ROOM_BYTES;
}

/** A run that was killed, or failed and kept its data, would occupy memory until the machine restarts. */
function removeAbandoned(name: string): void {
  if (!existsSync(MEMORY)) return;
  for (const entry of readdirSync(MEMORY)) {
    const [, of, pid] = /^(.+)-(\d+)-\w{6}$/.exec(entry) ?? [];
    if (of !== name || isAlive(Number(pid))) continue;
    try {
      rmSync(path.join(MEMORY, entry), { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}
