import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plain, plainJson, plainLines } from '../../src/ops/plain.ts';
import { age, table } from '../../src/ops/table.ts';
import { journalEntry } from '../operate/journal-entry.ts';
import { storedEffect, storeEffects } from '../operate/stored-effects.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedOps } from './served-ops.ts';

const ORDER = keyOf('5820001001000');
const EVENT = `${'0'.repeat(63)}1`;

const BIDI = '\u202e';
const HOSTILE = `\u001b]0;owned\u0007\u001b[2J\u009b31m${BIDI}\u2066\u200b\ud800\u2028x\r\ny`;
// eslint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u;

describe('text from outside', () => {
  test('control characters, C1, direction marks, and line ends are escaped', () => {
    expect(plain('\u001b[31m')).toBe('\\u{1b}[31m');
    expect(plain(HOSTILE)).not.toMatch(STEERING);
    expect(plain(HOSTILE)).not.toContain('\n');
    expect(plain('Ærøskøbing 東京 ✓ 👍')).toBe('Ærøskøbing 東京 ✓ 👍');
    expect(plainLines('a\nb\u001b')).toBe('a\nb\\u{1b}');
  });

  test('JSON keeps the value, without any such character', () => {
    const value = { [HOSTILE]: [HOSTILE, '\u{e0041}', 1] };
    const text = plainJson(value);
    expect(text).not.toMatch(STEERING);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
  });

  test('a table is aligned and has no empty columns; each row is one line', () => {
    expect(
      table(
        [
          ['a', '', 1, null],
          ['long', '', 22, undefined],
        ],
        ['x', 'no', 'n', 'no'],
      ),
    ).toBe(['x     n', 'a     1', 'long  22'].join('\n'));
    expect(table([['a\nb']])).toBe('a\\u{a}b');
  });

  test.each([
    [0, '0.0 s'],
    [90_000, '90.0 s'],
    [180_000, '3 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
    [null, '?'],
  ])('%p ms is %s', (ms, text) => {
    expect(age(ms)).toBe(text);
  });

  describe('in responses of the API', () => {
    let ops: ServedOps;
    beforeAll(async () => {
      ops = await ServedOps.start();
      // MongoDB stores no lone half of a surrogate pair.
      const text = HOSTILE.replaceAll('\ud800', '');
      await ops.dashboard.collections.events.create(
        journalEntry('{}', { _id: EVENT, order: ORDER, topic: text as 'orders/create', because: text }),
      );
      await ops.dashboard.commit([
        { id: '1001', name: `#1${text}` },
        { id: '2', name: '#1001', shop: 'b.myshopify.com' },
      ]);
      await storeEffects(ops.dashboard.collections, [
        storedEffect(1, { order: ORDER, state: 'parked', lastError: text }),
      ]);
    });
    afterAll(() => ops.stop());
    const run = (...args: string[]) => ops.as('viewer', ...args);

    test.each([
      ['an order and its history', ['order', ORDER], 0],
      ['the same as JSON', ['order', ORDER, '--json'], 0],
      ['effects', ['effects', 'ls'], 0],
      ['the effects of an order as JSON', ['effects', 'order', ORDER, '--json'], 0],
      ['a name of several orders', ['order', '1001'], 1],
      ['typed text', ['event', HOSTILE.replaceAll('\ud800', '')], 2],
      ['an unknown verb', [HOSTILE.replaceAll('\ud800', '')], 2],
      ['an invalid number', ['parked', 'ls', '--limit', HOSTILE.replaceAll('\ud800', '')], 2],
      ['an unknown option', ['queue', 'ls', `--${HOSTILE.replaceAll('\ud800', '')}`], 2],
      ['an invalid choice', ['token', 'mint', '--role', HOSTILE.replaceAll('\ud800', '')], 2],
    ])('%s', async (_what, args, ending) => {
      const { code, stdout, stderr } = await run(...args);
      expect(code).toBe(ending);
      expect(stdout + stderr).not.toMatch(STEERING);
      expect(stdout + stderr).toContain('owned');
    });

    test('an order without a document has a history', async () => {
      const { stdout } = await run('order', ORDER);
      expect(stdout.split('\n')[0]).toBe(`${ORDER}: no events applied yet`);
      expect(stdout).toContain(EVENT.slice(0, 12));
    });

    test('a name of exactly one order finds it', async () => {
      await ops.live(1002);
      expect((await run('order', '1002', '--json')).code).toBe(0);
    });
  });
});
