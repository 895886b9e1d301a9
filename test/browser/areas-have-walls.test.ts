import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsIn } from '../support/import-statements.ts';
import { floorsOf } from '../support/imports.ts';

const ROOT = 'src/browser';
const SHARED = ['client', 'components', 'dialogs', 'tables', 'text'];
/** What fits on a screen. */
const MOST_FILES = 12;

const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => path.posix.relative(ROOT, path.posix.join(parentPath, name)));
const sources = files
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, source: readFileSync(path.join(ROOT, file), 'utf8') }));

/** The folders of pages/ that each of them imports, also only types; `.` stands for the files directly in it. */
function foldersOf(found: readonly { file: string; source: string }[]) {
  const rows: Record<string, { uses: string[]; knows: string[] }> = {};
  for (const { file, source } of found) {
    const folder = path.posix.dirname(file);
    const { uses } = (rows[folder] ??= { uses: [], knows: [] });
    for (const { target } of importsIn(source)) {
      const to = path.posix.dirname(path.posix.join(folder, target));
      if (/^\..*\.tsx?$/.test(target) && !to.startsWith('..') && to !== folder) uses.push(to);
    }
  }
  return rows;
}

/** Imports of the shared folders that lead out of them. */
const leaving = (rows: ReturnType<typeof foldersOf>) =>
  SHARED.flatMap((folder) => rows[folder]?.uses ?? []).filter((to) => !SHARED.includes(to));

describe("the pages' folders", () => {
  test('none has more files than fit on a screen', () => {
    const folders = Object.entries(Object.groupBy(files, (file) => path.posix.dirname(file)));
    expect(folders.length).toBeGreaterThan(20);
    expect(folders.filter(([, inside]) => (inside?.length ?? 0) > MOST_FILES)).toEqual([]);
  });

  test('what the areas share imports no area', () => {
    const rows = foldersOf(sources);
    expect(SHARED.filter((folder) => !rows[folder])).toEqual([]);
    expect(leaving(rows)).toEqual([]);
    const planted = { file: 'text/x.ts', source: `import type { A } from '../orders/a.ts';` };
    expect(leaving(foldersOf([...sources, planted]))).toEqual(['orders']);
  });

  test('none import one another, not even types, and not through others', () => {
    expect(floorsOf(foldersOf(sources))).not.toBeNull();
    const planted = { file: 'verify/x.ts', source: `import type { A } from '../order/a.ts';` };
    expect(floorsOf(foldersOf([...sources, planted]))).toBeNull();
  });
});
