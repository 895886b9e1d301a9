import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { compress, decompress } from '../../src/system/payload.ts';
import { DICTIONARIES } from '../../src/system/payload-dictionary.ts';

const KEPT = '{"id":5820193456789,"admin_graphql_api_id":"gid://shopify/Order/5820193456789","name":"#1001"}';

describe('a payload', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['random bytes', randomBytes(300_000)],
    ['a million zeros', Buffer.alloc(1_000_000)],
    ['a view into a larger buffer', new Uint8Array(Buffer.from('abcdef').buffer, 1, 3)],
  ])('is restored byte for byte: %s', (_, body) => {
    expect(decompress(compress(body)).equals(body)).toBe(true);
  });

  test('of today stays readable: its bytes and its dictionary must not change', () => {
    const kept = 'AV4AAAACdQnfNTgyMDE5MzQ1Njc4OTAHFGlPcmRlci86AAYACHAjMTAwMSJ9';
    expect(decompress(Buffer.from(kept, 'base64')).toString()).toBe(KEPT);
    expect(
      createHash('sha256')
        .update(DICTIONARIES[1] ?? '')
        .digest('hex'),
    ).toBe('07d3418a5c16aa63885786d04a74371c3d5b790d1b8be9107b9efb6c03470857');
  });

  test("of one of Shopify's bodies is less than a quarter of its size", () => {
    const bodies = lifeOf(randomFrom(1), 'a.myshopify.com', 1001, new Date(0)).map(({ body }) => body);
    const sizeOf = (all: Buffer[]) => all.reduce((sum, { length }) => sum + length, 0);
    expect(sizeOf(bodies.map(compress))).toBeLessThan(0.25 * sizeOf(bodies));
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'not a valid payload'],
    ['an uncompressed body', Buffer.from('{"id":1}'), 'not a valid payload'],
    ['a size of 4 GB', Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0x00]), 'not a valid payload'],
    ['an unknown dictionary', Buffer.from([0xfe, 0x01, 0x00, 0x00, 0x00, 0x00]), 'not a valid payload'],
    [
      'a truncated payload',
      compress(Buffer.from('hello hello hello hello')).subarray(0, -2),
      'out of bounds',
    ],
  ])('that is invalid is refused: %s', (_, bytes, because) => {
    expect(() => decompress(bytes)).toThrow(because);
  });
});
