import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** What decides how Lockstep behaves besides its own code. */
const PACKAGES = ['redlock', 'bullmq', 'ioredis', 'mongoose', 'express'] as const;

/** Lockstep's own and those of its packages, as they are on disk; null where one cannot be read. */
export async function installedVersions(): Promise<Record<string, string | null>> {
  const names = ['lockstep', ...PACKAGES];
  const versions = await Promise.all(names.map((name) => versionIn(foldersOf(name))));
  return Object.fromEntries(names.map((name, i) => [name, versions[i] ?? null]));
}

/** The same from src/ and from dist/. */
const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

/** Packages may be installed for a folder above, as in a workspace. */
function foldersOf(name: string): string[] {
  if (name === 'lockstep') return [ROOT];
  const above: string[] = [];
  for (let folder = ROOT; ; folder = path.dirname(folder)) {
    above.push(path.join(folder, 'node_modules', name));
    if (folder === path.dirname(folder)) return above;
  }
}

async function versionIn(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    try {
      const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
        version?: string;
      };
      if (version !== undefined) return version;
    } catch {
      // Looked for in the next folder.
    }
  }
  return null;
}
