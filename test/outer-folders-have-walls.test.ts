import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsIn } from './support/import-statements.ts';

/** Which of the project's folders the ones outside src/ may import. test/ may import all of them. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  /** Entry points only. */
  scripts: [
    'deploy',
    'src/operate',
    'src/ops',
    'src/order',
    'src/system',
    'testkit/deliveries',
    'testkit/documents',
    'testkit/fake-shopify',
    'testkit/local',
    'testkit/planted-faults',
  ],
  /** They run on the machine's own Node, before packages are installed: that Node may be unable to load TypeScript. */
  'scripts/*.mjs': [],
  'load-tests': [
    'src/accept',
    'src/deposit',
    'src/health',
    'src/lock',
    'src/operate',
    'src/order',
    'src/persist',
    'src/system',
    'testkit/deliveries',
    'testkit/documents',
    'testkit/local',
    'testkit/proof',
  ],
  /** They stand alone, as copies of them do: of Lockstep, they import its packages. */
  examples: [],
  'testkit/deliveries': ['testkit/local'],
  'testkit/documents': ['src/persist'],
  'testkit/fake-shopify': ['src/order', 'src/shop', 'src/system', 'testkit/deliveries', 'testkit/local'],
  'testkit/local': ['src/system'],
  'testkit/planted-faults': [],
  'testkit/proof': ['src/deposit', 'src/operate', 'src/order', 'src/persist', 'src/system'],
};

function folderOf(file: string): string {
  if (/^scripts\/.*\.mjs$/.test(file)) return 'scripts/*.mjs';
  const [outer = '', inner = '', within] = file.split('/');
  return within !== undefined && (outer === 'src' || outer === 'testkit') ? `${outer}/${inner}` : outer;
}

/** The project's folders that a file imports, without its own. */
function foldersOf(file: string, source: string): string[] {
  const targets = importsIn(source).filter(({ target }) => target.startsWith('.'));
  const folders = targets.map(({ target }) => folderOf(path.posix.join(path.posix.dirname(file), target)));
  return folders.filter((folder) => folder !== folderOf(file));
}

function broken(file: string, source: string): string[] {
  const isAllowed = (folder: string) =>
    file.startsWith('src/') ? folder.startsWith('src') : FOLDERS[folderOf(file)]?.includes(folder);
  return foldersOf(file, source)
    .filter((folder) => !isAllowed(folder))
    .map((folder) => `${file} may not import ${folder}`);
}

const files = globSync('{src,scripts,testkit,load-tests,examples}/**/*.{ts,tsx,mjs}').map((file) => ({
  file,
  source: readFileSync(file, 'utf8'),
}));

describe('the folders outside src/', () => {
  test.each([
    ['src/order/x.ts', `import { randomFrom } from '../../testkit/deliveries/random.ts';`],
    ['src/ops.ts', `import { STATE } from '../testkit/local/state.ts';`],
    ['scripts/x.ts', `import { planSale } from '../load-tests/sale/plan.ts';`],
    ['scripts/x.mjs', `import { STATE } from '../testkit/local/state.ts';`],
    ['scripts/x.mjs', `import { messageOf } from '../src/system/errors.ts';`],
    ['scripts/x.mjs', `const start = await import('./start.ts');`],
    ['testkit/local/x.ts', `import { until } from '../../test/support/until.ts';`],
    ['testkit/proof/x.ts', `import type { Sale } from '../../load-tests/sale/plan.ts';`],
    ['testkit/local/x.ts', `import type { FakeShop } from '../fake-shopify/fake-shop.ts';`],
    ['load-tests/x.ts', `import { Stack } from '../test/support/stack.ts';`],
    ['load-tests/x.ts', `import '../scripts/start.ts';`],
    ['examples/x/handlers/y.ts', `import { handler } from '../../../src/handlers.ts';`],
    ['testkit/elsewhere/x.ts', `import { STATE } from '../local/state.ts';`],
  ])('a planted violation in %s is found: %s', (file, source) => {
    expect(broken(file, source)).toHaveLength(1);
  });

  test('every import follows the table', () => {
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap(({ file, source }) => broken(file, source))).toEqual([]);
  });

  test('the table allows nothing that is not imported', () => {
    const imported = Object.keys(FOLDERS).map((folder) => {
      const own = files.filter(({ file }) => folderOf(file) === folder);
      return [folder, [...new Set(own.flatMap(({ file, source }) => foldersOf(file, source)))].toSorted()];
    });
    expect(Object.fromEntries(imported)).toEqual(FOLDERS);
  });
});
