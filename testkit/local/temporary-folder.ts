import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Servers that end with this process may still write there. */
const TRIES = 20;

/** A new folder on disk. It is removed when this process exits, if not before. */
export function temporaryFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-`));
  const remove = () => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true, maxRetries: TRIES });
  };
  process.once('exit', remove);
  return { folder, remove };
}
