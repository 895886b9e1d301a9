import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ProjectCopy } from '../testkit/planted-faults/project-copy.ts';
import { verdictOf } from '../testkit/planted-faults/run-tests.ts';
import { FAULTS } from '../testkit/planted-faults/table.ts';
import { until } from './support/until.ts';

/**
 * `npm run planted-faults` takes minutes; these tests check every time that its rows still match the sources, and that
 * the changed sources compile.
 */
describe('the table of planted faults', () => {
  test('has a unique name for each, and some for every promise', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect([...new Set(FAULTS.map(({ promise }) => promise))].toSorted()).toEqual(
      Array.from({ length: 9 }, (_, i) => `P${i + 1}`),
    );
  });

  test.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s occurs once in its file', (_, fault) => {
    expect(readFileSync(`src/${fault.file}`, 'utf8').split(fault.find)).toHaveLength(2);
    expect(fault.replace).not.toBe(fault.find);
    for (const name of fault.tests) expect(existsSync(`test/${name}.test.ts`)).toBe(true);
  });

  test('has only changes that compile', () => {
    const copy = new ProjectCopy();
    try {
      expect(copy.compilerSays(FAULTS)).toEqual([]);
    } finally {
      copy.remove();
    }
  }, 300_000);
});

describe('a planted fault', () => {
  const ran = (...failures: (string | null)[]) =>
    verdictOf({
      testResults: [
        {
          name: 'a.test.ts',
          message: '',
          assertionResults: failures.map((message, i) => ({
            fullName: `test ${i}`,
            status: message === null ? 'passed' : 'failed',
            failureMessages: message === null ? [] : [message],
          })),
        },
      ],
    });

  test('is noticed by the tests that fail, also if they fail by their time limit', async () => {
    const late = await until(() => false, 1).catch(({ message }: Error) => message);
    expect(ran(null, null)).toEqual({ outcome: 'passed' });
    expect(ran(null, 'not equal', late ?? null)).toEqual({
      outcome: 'failed',
      tests: ['test 1', 'test 2 (timed out)'],
    });
  });

  test('is not noticed by a hook that fails, or by code that does not run', () => {
    expect(ran('no server', 'no server')).toEqual({ outcome: 'broken', because: 'a hook failed: no server' });
    expect(ran(null, 'ReferenceError: x is not defined')).toMatchObject({ outcome: 'broken' });
  });
});
