import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { FAULTS } from '../scripts/planted-faults/table.ts';

/**
 * `npm run planted-faults` takes minutes; this test checks every time that its rows still match the sources.
 */
describe('the table of planted faults', () => {
  test('has a unique name for each, and some for every promise', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect([...new Set(FAULTS.map(({ promise }) => promise))].toSorted()).toEqual(
      Array.from({ length: 8 }, (_, i) => `P${i + 1}`),
    );
  });

  test.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s occurs once in its file', (_, fault) => {
    expect(readFileSync(`src/${fault.file}`, 'utf8').split(fault.find)).toHaveLength(2);
    expect(fault.replace).not.toBe(fault.find);
    for (const name of fault.tests) expect(existsSync(`test/${name}.test.ts`)).toBe(true);
  });
});
