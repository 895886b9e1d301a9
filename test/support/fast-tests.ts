import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadedBy } from './import-statements.ts';

const BROWSER = 'a browser';

/**
 * Which command runs a test depends on what it needs: `npm run test:fast` runs those that need nothing but packages,
 * and `npm run test:pages` those that open a browser. A test needs more if it, or a file that it imports, directly or
 * not, imports one of these. So a new test is in the right group from its first run, and there is no list to maintain.
 */
const NEEDS: Readonly<Record<string, string>> = {
  'test/support/namespace.ts': 'the Redis and the MongoDB of the test run',
  'mongodb-memory-server-core': 'a MongoDB',
  'node:child_process': 'programs or servers as child processes',
  'playwright-core': BROWSER,
};

/** Everything that a test needs besides packages; none: it is a fast test. */
export function needsOf(file: string, read: (file: string) => string | null): string[] {
  const loaded = loadedBy(file, read);
  return Object.entries(NEEDS)
    .filter(([target]) => loaded.has(target))
    .map(([, need]) => need);
}

/** A reader of the project's sources; packages and other files have no imports of interest. */
export function projectReader(root: string): (file: string) => string | null {
  const texts = new Map<string, string | null>();
  return (file) => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const isSource = /\.(ts|tsx|mjs)$/.test(file) && existsSync(path.join(root, file));
    const text = isSource ? readFileSync(path.join(root, file), 'utf8') : null;
    texts.set(file, text);
    return text;
  };
}

export function allTests(root: string): string[] {
  return readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.posix.join('test', name.split(path.sep).join('/')))
    .toSorted();
}

export function fastTests(root: string): string[] {
  const read = projectReader(root);
  return allTests(root).filter((file) => needsOf(file, read).length === 0);
}

/** The tests that `npm run test:pages` runs: those that open a browser. */
export function pageTests(root: string): string[] {
  const read = projectReader(root);
  return allTests(root).filter((file) => needsOf(file, read).includes(BROWSER));
}
