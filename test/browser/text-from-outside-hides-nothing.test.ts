import { describe, expect, test } from '@jest/globals';
import { prettyJson } from '../../src/browser/text/pretty-json.ts';
import { visible, visibleLines } from '../../src/browser/text/visible.ts';

describe('text from outside', () => {
  test.each([
    ['an escape sequence', '\u001b[31mred', '⟨U+001B⟩[31mred'],
    ['reversed text', 'a\u202Etxt.exe', 'a⟨U+202E⟩txt.exe'],
    ['an isolate', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
    ['an Arabic mark', '\u061cx', '⟨U+061C⟩x'],
    ['a C1 control', '\u009bx', '⟨U+009B⟩x'],
    ['zero-width characters', 'a\u200bb\ufeff', 'a⟨U+200B⟩b⟨U+FEFF⟩'],
    ['a tag beyond 16 bits', '\u{e0041}', '⟨U+E0041⟩'],
    ['a line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
    ['line breaks in one line', 'a\nb\tc', 'a↵b⟨U+0009⟩c'],
  ])('%s becomes visible', (_name, text, seen) => {
    expect(visible(text)).toBe(seen);
  });

  test('letters of all scripts and emoji stay as they are', () => {
    const text = 'Größe #1001 注文 طلب 👍 <script>';
    expect(visible(text)).toBe(text);
  });

  test('in multi-line text, line feeds and tabs stay; a carriage return does not', () => {
    expect(visibleLines('a\n\tb\r')).toBe('a\n\tb⟨U+000D⟩');
  });
});

describe('JSON formatted without parsing', () => {
  test('keeps its meaning, with exact integers beyond 2^53', () => {
    const text = '{"id":9007199254740993,"a":[1,{"b":"x, {y}: \\"z\\""}],"c":{},"d":1.50}';
    const laid = prettyJson(text, 1000);
    expect(laid).toContain('"id": 9007199254740993,');
    expect(laid).toContain('"x, {y}: \\"z\\""');
    expect(laid).toContain('1.50');
    expect(JSON.parse(laid)).toEqual(JSON.parse(text));
  });

  test('stops at the limit, with a hundred thousand levels or a megabyte in one string', () => {
    expect(prettyJson('['.repeat(100_000), 5000).length).toBeLessThan(6000);
    expect(prettyJson(`{"a":"${'y'.repeat(1_000_000)}"}`, 5000).length).toBeLessThan(11_000);
  });

  test.each(['', '"open', '}}]', '\\', 'no JSON at all'])(
    'text that is not JSON stays as it is, except for white space: %s',
    (text) => {
      expect(prettyJson(text, 100).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    },
  );
});
