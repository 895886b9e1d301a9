import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { at, readJson } from '../../src/order/lossless-json.ts';

function valueOf(text: string): unknown {
  const json = readJson(Buffer.from(text));
  if (!json.ok) throw new Error(json.because);
  return json.value;
}

/** JSON text, and its value. */
type Written = readonly [json: string, value: unknown];

function exactly(n: bigint): number | string {
  return Number.isSafeInteger(Number(n)) ? Number(n) : String(n);
}

describe('a whole number', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['820982911946154508', '820982911946154508'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890123', '12345678901234567890123'],
  ])('%s stays exact', (text, value) => {
    expect(valueOf(`{"a":[{"id":${text}}]}`)).toEqual({ a: [{ id: value }] });
  });

  test('stays exact in every body that has one', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n })), (ids) => {
        expect((valueOf(`[${ids.join(',')}]`) as unknown[]).map(String)).toEqual(ids.map(String));
      }),
    );
  });

  test('other numbers are as in JSON.parse', () => {
    expect(valueOf('[1.5,0.30000000000000004,1e400,-0.5e-7,9007199254740993]')).toEqual([
      1.5,
      0.30000000000000004,
      Infinity,
      -0.5e-7,
      '9007199254740993',
    ]);
    expect(valueOf(`[0.${'1'.repeat(100_000)}]`)).toEqual([0.1111111111111111]);
  });
});

describe('a body', () => {
  test.each([
    ['the body is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['the body is not UTF-8', Buffer.from('{"name":"caf\xe9"}', 'latin1')],
    ['the body is not UTF-8', Buffer.from('{}', 'utf16le').fill(0xd8, 0, 1).fill(0xc0, 1, 2)],
    ['the body is not JSON', Buffer.from('')],
    ['the body is not JSON', Buffer.from('{"id":1')],
    ['the body is not JSON', Buffer.from('{"id":9007199254740993')],
    ['the body is not JSON', Buffer.from('id=1')],
    ['the body is not JSON', Buffer.from('{"id":NaN}')],
  ])('%s: the reason says so, without content of the body', (because, bytes) => {
    expect(readJson(bytes)).toEqual({ ok: false, because });
  });

  test('may begin with a byte order mark', () => {
    expect(valueOf('\ufeff{"id":9007199254740993}')).toEqual({ id: '9007199254740993' });
  });

  test('the last of two duplicate keys wins, and its number is exact', () => {
    expect(valueOf('{"id":1,"id":2}')).toEqual({ id: 2 });
    expect(valueOf('{"id":9007199254740993,"id":9007199254740995}')).toEqual({ id: '9007199254740995' });
  });

  test.each(['1', '9007199254740993'])('keys of Object.prototype are ordinary keys (beside %s)', (id) => {
    const value = valueOf(`{"__proto__":{"id":${id}},"constructor":{"prototype":{"polluted":1}}}`);
    expect(Object.getPrototypeOf(value) === Object.getPrototypeOf(JSON.parse('{}'))).toBe(true);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(String(at(value, ['__proto__', 'id']))).toBe(id);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('of any shape is read exactly, including numbers and look-alikes in strings', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('"', '\\', '\\"', '9007199254740993', ':9007199254740993,'),
    );
    // V8 13.6 mixes up keys that are written with a backslash at their start, in JSON.parse itself.
    const isWrittenPlain = (char: string) => JSON.stringify(char) === `"${char}"`;
    const key = text.map((each) => each.split('').filter(isWrittenPlain).join(''));
    const written = fc.letrec<{ any: Written; list: Written; object: Written }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => [String(n), exactly(n)] as const),
        fc
          .constantFrom('true', 'null', '-0.5e-7', '1234567890.12345678')
          .map((each) => [each, JSON.parse(each)] as const),
        text.map((each) => [JSON.stringify(each), each] as const),
        tie('list'),
        tie('object'),
      ),
      list: fc
        .array(tie('any'))
        .map((items) => [`[ ${items.map(([json]) => json).join(' ,')}]`, items.map(([, value]) => value)]),
      object: fc
        .array(fc.tuple(key, tie('any')))
        .map((pairs) => [
          `{${pairs.map(([name, [json]]) => `${JSON.stringify(name)}: ${json}`).join(',')}}`,
          Object.fromEntries(pairs.map(([name, [, value]]) => [name, value])),
        ]),
    })).any;
    fc.assert(
      fc.property(written, ([json, value]) => expect(valueOf(json)).toEqual(value)),
      { numRuns: 500 },
    );
  });

  test.each(['{9007199254740993:1}', '[9007199254740993 9007199254740994]', '[09007199254740993]'])(
    '%s: invalid JSON does not become valid',
    (text) => expect(readJson(Buffer.from(text)).ok).toBe(false),
  );

  test.each(['1', '9007199254740993'])('nested 100,000 levels deep, around %s, is read', (inner) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
      expect(readJson(Buffer.from(`${open.repeat(100_000)}${inner}${close.repeat(100_000)}`)).ok).toBe(true);
  });
});

describe('a path', () => {
  test.each<[unknown, string[], unknown]>([
    [{ a: { b: 1 } }, ['a', 'b'], 1],
    [{ a: null }, ['a', 'b'], undefined],
    [{ a: 'text' }, ['a', 'length'], undefined],
    [{}, ['constructor'], undefined],
    [{}, ['toString', 'name'], undefined],
    [null, ['a'], undefined],
    [1, ['a'], undefined],
  ])('%j at %j is %j', (value, path, found) => expect(at(value, path)).toBe(found));
});
