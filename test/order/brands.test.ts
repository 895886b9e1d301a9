import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
  .filter((name) => /\.tsx?$/.test(name));
const filesWith = (pattern: RegExp) => files.filter((name) => pattern.test(readFileSync(name, 'utf8')));

describe('shops, ids and keys are checked once, where they come in', () => {
  test('only their own file casts to their types', () => {
    expect(filesWith(/\bas (?:ShopDomain|OrderId|OrderKey|EventId)\b/)).toEqual(['src/order/identity.ts']);
  });

  test('what comes from outside is never trusted', () => {
    const trusting = filesWith(/\btrusted(?:ShopDomain|OrderKey|EventId)\b/);
    expect(trusting.length).toBeGreaterThan(5);
    const outside = /^src\/(?:accept|ops|pages|shop|watch\/(?:api|shapes|sign-in|web))\//;
    expect(trusting.filter((name) => outside.test(name))).toEqual([]);
  });
});
