import { describe, expect, test } from '@jest/globals';
import { decodeHolder, encodeHolder } from '../../src/lock/holder.ts';

describe('the value of a lock contains its holder, whatever the name', () => {
  test.each([
    ['host:1', '42'],
    ['web-1.example.com:4711', 'repeat:abc:1'],
    ['a host with spaces:7', 'a job\nwith lines'],
    ['größe-测试:7', '100 % 日本'],
    ['', ''],
    ['x'.repeat(253), 'y'.repeat(1000)],
  ])('%j, job %j', (program, job) => {
    const holder = { program, job, since: 1_795_000_000_123 };
    const told = decodeHolder(encodeHolder(holder));
    expect(told.holder).toEqual(holder);
    expect(told.token).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a lone surrogate in a name does not prevent a lock', () => {
    const value = encodeHolder({ program: 'half\ud800:1', job: '1', since: 1 });
    expect(decodeHolder(value).holder?.program).toBe('half\ufffd:1');
  });

  test('two values for the same holder differ', () => {
    const holder = { program: 'host:1', job: '1', since: 1 };
    const [one, other] = [encodeHolder(holder), encodeHolder(holder)];
    expect(one).not.toBe(other);
    expect(decodeHolder(one).token).not.toBe(decodeHolder(other).token);
  });
});

describe('a value that Lockstep did not write', () => {
  const RANDOM = '0123456789abcdef0123456789abcdef';
  const foreign = [
    '',
    'another',
    RANDOM,
    `${RANDOM} host%3A1 1`,
    `${RANDOM} host%ZZ 1 5`,
    `${RANDOM} host%3A1 1 yesterday`,
    `${RANDOM} host%3A1 1 -5`,
    `${RANDOM} host%3A1 1 5 6`,
    `${RANDOM} host%3A1 1 5\n`,
    `${RANDOM.toUpperCase()} host%3A1 1 5`,
    '\u0000\ufffd',
    'x'.repeat(1_000_000),
  ];

  test.each(foreign)('contains no holder, and does not throw (%#)', (value) => {
    const told = decodeHolder(value);
    expect(told.holder).toBeNull();
    expect(told.token).toMatch(/^[0-9a-f]{32}$/);
  });

  test('has a unique token, the same each time', () => {
    const tokens = foreign.map((value) => decodeHolder(value).token);
    expect(new Set(tokens).size).toBe(foreign.length);
    expect(foreign.map((value) => decodeHolder(value).token)).toEqual(tokens);
  });

  test('the largest possible time is still a valid date', () => {
    const { holder } = decodeHolder(`${RANDOM} h 1 999999999999999`);
    expect(new Date(holder?.since ?? NaN).toISOString()).toBe('+033658-09-27T01:46:39.999Z');
  });
});
