import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The packages that determine how Lockstep behaves besides its own code. */
const PACKAGES = ['redlock', 'bullmq', 'ioredis', 'mongoose', 'express'] as const;

/** The installed versions of Lockstep and of these packages; null if one cannot be read. */
export async function installedVersions(): Promise<Record<string, string | null>> {
  const names = ['lockstep', ...PACKAGES];
  const versions = await Promise.all(names.map((name) => versionIn(foldersOf(name))));
  return Object.fromEntries(names.map((name, i) => [name, versions[i] ?? null]));
}

export async function lockstepVersion(): Promise<string> {
  return (await installedVersions()).lockstep ?? 'unknown';
}

/** The same from src/ and from dist/. */
const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

/** Packages may be installed in a parent folder, as in a workspace. */
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
      // Try the next folder.
    }
  }
  return null;
}
