import { SECRET } from '../../testkit/local/secrets.ts';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isAuthentic } from '../../src/accept/hmac.ts';
import { medianT } from './timing.ts';

/**
 * P1: the time of a comparison must not reveal how many bytes of a guess were right, or a signature can be
 * found byte by byte. A wrong signature that shares 31 of its 32 bytes with the right one is compared with
 * one that shares none: see timing.ts for the statistic.
 */
const BODY = Buffer.from('{"id":1}');
const RIGHT = createHmac('sha256', SECRET).update(BODY).digest();

/** The usual limit of leakage tests (TVLA): |t| of 4.5 happens by chance once in 100,000 rounds. */
const NOTICEABLE = 4.5;

/** Like isAuthentic, but it compares longer and longer beginnings, and ends at the first wrong byte. */
function leaky(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const claimed = Buffer.from(signature, 'base64');
  return secrets.some((secret) => {
    const digest = createHmac('sha256', secret).update(body).digest();
    for (let i = 1; i <= digest.length; i += 1)
      if (!digest.subarray(0, i).equals(claimed.subarray(0, i))) return false;
    return true;
  });
}

/** A wrong digest whose first bytes are right. */
function wrong(rightBytes: number): Buffer {
  const guess = Buffer.concat([RIGHT.subarray(0, rightBytes), randomBytes(RIGHT.length - rightBytes)]);
  guess[rightBytes] = (RIGHT[rightBytes] ?? 0) ^ (1 + ((guess[rightBytes] ?? 0) % 255));
  return guess;
}

/** t of 31 right bytes against none. The text is created again for each call, by the same steps for both. */
const tOf = (check: typeof isAuthentic) =>
  medianT(
    () => [wrong(0), wrong(31)],
    (guess) => guess.toString('base64'),
    (signature) => check(BODY, signature, [SECRET]),
  );

describe('P1: the time of a refusal', () => {
  test('the guesses are as described: wrong, with 0 and 31 right bytes', () => {
    for (const rightBytes of [0, 31]) {
      const guess = wrong(rightBytes);
      expect(RIGHT.findIndex((byte, i) => byte !== guess[i])).toBe(rightBytes);
    }
    expect(isAuthentic(BODY, RIGHT.toString('base64'), [SECRET])).toBe(true);
  });

  test('reveals nothing about how many bytes were right', () => {
    expect(Math.abs(tOf(isAuthentic))).toBeLessThan(NOTICEABLE);
  });

  test('would reveal it, and this test would notice, if the comparison ended at the first wrong byte', () => {
    // On a busy machine, a measurement may drown in noise: one in three must show it.
    const measured: number[] = [];
    while (measured.length < 3 && !measured.some((t) => t > NOTICEABLE)) measured.push(tOf(leaky));
    expect(Math.max(...measured)).toBeGreaterThan(NOTICEABLE);
  });
});
