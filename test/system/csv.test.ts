import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from '../../src/system/csv.ts';

/** Reads CSV as RFC 4180 defines it. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error(`not CSV at ${text.slice(field.lastIndex, field.lastIndex + 20)}`);
    const [, quoted, bare = '', end] = found;
    record.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

const TRICKY = [
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\r',
  '\n',
  '"',
  ',',
  "'",
  ' ',
  '1',
  '.',
  'é',
  '😀',
  '＝',
  '\u0000',
];
const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom(...TRICKY), { maxLength: 8 }).map((parts) => parts.join('')),
);
const isFormula = (text: string) => /^[=+\-@\t\r\n＝＋－＠]/u.test(text) && !/^-?\d+(\.\d+)?$/.test(text);

describe('CSV', () => {
  test('every text is read back as it was, but a formula has an apostrophe before it', () => {
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (given) => {
        const read = readCsv(given.map(csvLine).join(''));
        expect(read).toEqual(given.map((row) => row.map((text) => (isFormula(text) ? `'${text}` : text))));
      }),
    );
  });

  test('no cell begins like a formula', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (row) => {
        const cells = readCsv(csvLine(['first', ...row]))[0] ?? [];
        expect(cells.filter(isFormula)).toEqual([]);
      }),
    );
  });

  test.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['+1 555', `'+1 555`],
    ['-', `'-`],
    ['-7.50', '-7.50'],
    ['7.50', '7.50'],
    [-3, '-3'],
    ['\t=1', `'\t=1`],
    ['a, b', '"a, b"'],
    ['a\nb', '"a\nb"'],
    [null, ''],
    [undefined, ''],
    [false, 'false'],
    [['=a', 'b'], `"'=a, b"`],
    [[], ''],
    [{ a: 1 }, '"{""a"":1}"'],
  ])('%j is %s', (value, text) => {
    expect(csvLine([value, 'x'])).toBe(`${text},x\r\n`);
  });
});
