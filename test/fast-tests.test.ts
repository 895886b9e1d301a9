import { describe, expect, test } from '@jest/globals';
import { allTests, fastTests, needsOf, pageTests, projectReader } from './support/fast-tests.ts';
import { loadedBy } from './support/import-statements.ts';

const SERVERS = 'the Redis and the MongoDB of the test run';
// An import in this file's text would count as its own.
const Q = "'";
const PROGRAMS = 'programs or servers as child processes';

// A variable: the settings are JavaScript, and have no types.
const CONFIG: string = '../jest.fast.config.mjs';
const { default: fast } = (await import(CONFIG)) as { default: Record<string, unknown> };
const PAGES_CONFIG: string = '../jest.pages.config.mjs';
const { default: pages } = (await import(PAGES_CONFIG)) as { default: Record<string, unknown> };
const USUAL_CONFIG: string = '../jest.config.mjs';
const { default: usual } = (await import(USUAL_CONFIG)) as { default: { testPathIgnorePatterns: string[] } };

/** What test/a.test.ts needs in a project of these files. */
const needed = (files: Record<string, string>) => needsOf('test/a.test.ts', (file) => files[file] ?? null);

describe('npm run test:fast', () => {
  test.each<[string, string, string[]]>([
    ['servers', `import { namespace } from './support/namespace.ts';`, [SERVERS]],
    ['a child process', `import { spawn } from 'node:child_process';`, [PROGRAMS]],
    ['a browser', `import {\n  chromium,\n} from 'playwright-core';`, ['a browser']],
    ['a server, imported later', `const { spawn } = await import(${Q}node:child_process${Q});`, [PROGRAMS]],
    ['only the type of a server', `import type { ChildProcess } from 'node:child_process';`, []],
    ['nothing', `import { expect } from '@jest/globals';`, []],
  ])('knows a test that imports %s', (_, source, needs) => {
    expect(needed({ 'test/a.test.ts': source })).toEqual(needs);
  });

  test('knows a test by what its helpers import, also if they import each other', () => {
    const files = {
      'test/a.test.ts': `import { b } from './b.ts';`,
      'test/b.ts': `export { c } from '../scripts/c.ts';`,
      'scripts/c.ts': `import { b } from '../test/b.ts';\nimport { spawn } from 'node:child_process';`,
    };
    expect(needed(files)).toEqual([PROGRAMS]);
  });

  test('runs the tests that need nothing, and only those', () => {
    const [all, found] = [allTests('.'), fastTests('.')];
    expect(fast.testMatch).toEqual(found.map((file) => `<rootDir>/${file}`));
    expect(found).toEqual(expect.arrayContaining(['test/order/decide.test.ts', 'test/documents.test.ts']));
    expect(found).not.toContain('test/deposit/what-makes-a-duplicate.test.ts');
    expect(found).not.toContain('test/journeys/the-same-webhook-twice.test.ts');
    expect(found.length).toBeGreaterThan(60);
    expect(found.length).toBeLessThan(all.length / 2);
  });

  test('starts no servers, and the names by which it knows them exist', () => {
    expect(fast).not.toHaveProperty('globalSetup');
    const read = projectReader('.');
    const imported = new Set(allTests('.').flatMap((file) => [...loadedBy(file, read)]));
    expect(imported).toContain('test/support/namespace.ts');
    expect(imported).toContain('node:child_process');
  });
});

describe('npm run test:pages', () => {
  test('runs the tests that open a browser, and npm test runs all others', () => {
    const found = pageTests('.').map((file) => `<rootDir>/${file}`);
    expect(found).toContain('<rootDir>/test/journeys/every-page-in-every-state.test.ts');
    expect(found).not.toContain('<rootDir>/test/browser/amounts-are-exact.test.ts');
    expect(pages).toMatchObject({ testMatch: found, testPathIgnorePatterns: [] });
    const separate = ['faults', 'image', 'sales', 'sinks', 'handlers'].map(
      (folder) => `<rootDir>/test/${folder}/`,
    );
    expect(usual.testPathIgnorePatterns.toSorted()).toEqual([...separate, ...found].toSorted());
    expect(found.filter((file) => separate.some((folder) => file.startsWith(folder)))).toEqual([]);
  });
});
