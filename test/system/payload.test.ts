import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../scripts/deliveries/life.ts';
import { randomFrom } from '../../scripts/deliveries/random.ts';
import { compress, decompress } from '../../src/system/payload.ts';

describe('a payload', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['random bytes', randomBytes(300_000)],
    ['a million zeros', Buffer.alloc(1_000_000)],
    ['a view into a larger buffer', new Uint8Array(Buffer.from('abcdef').buffer, 1, 3)],
  ])('comes back byte by byte: %s', (_, body) => {
    expect(decompress(compress(body)).equals(body)).toBe(true);
  });

  test("of Shopify's kind shrinks to less than two fifths", () => {
    const bodies = lifeOf(randomFrom(1), 'a.myshopify.com', 1001, new Date(0)).map(({ body }) => body);
    const sizeOf = (all: Buffer[]) => all.reduce((sum, { length }) => sum + length, 0);
    expect(sizeOf(bodies.map(compress))).toBeLessThan(0.4 * sizeOf(bodies));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a body as it came', Buffer.from('{"id":1}')],
    ['a size of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x00])],
    ['one that was cut', compress(Buffer.from('hello hello hello hello')).subarray(0, -2)],
  ])('that is none is refused: %s', (_, bytes) => {
    expect(() => decompress(bytes)).toThrow();
  });
});
