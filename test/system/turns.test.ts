import { describe, expect, test } from '@jest/globals';
import { inTurns } from '../../src/system/turns.ts';

describe('work in turns', () => {
  /** A piece that is longer than a turn. */
  function spin(): void {
    for (const until = performance.now() + 6; performance.now() < until;);
  }
  function* pieces(name: string, count: number, done: string[]): Generator<void, string> {
    for (let i = 0; i < count; i += 1) {
      spin();
      done.push(name);
      yield;
    }
    return name;
  }

  test('returns its answer, and throws its error', async () => {
    expect(await inTurns(pieces('a', 3, []))).toBe('a');
    const failing = (function* (): Generator<void, string> {
      yield;
      throw new Error('a fault');
    })();
    await expect(inTurns(failing)).rejects.toThrow('a fault');
  });

  test('lets the event loop do other things between two pieces', async () => {
    const done: string[] = [];
    let working = true;
    const other = () => {
      if (!working) return;
      done.push('other');
      setImmediate(other);
    };
    setImmediate(other);
    await inTurns(pieces('a', 5, done));
    working = false;
    expect(done.join(' ')).not.toContain('a a');
  });

  test('takes turns: of several long tasks, each round of the event loop runs one piece', async () => {
    const done: string[] = [];
    const rounds: number[] = [];
    let working = true;
    const round = () => {
      rounds.push(done.length);
      if (working) setImmediate(round);
    };
    setImmediate(round);
    await Promise.all(['a', 'b', 'c'].map((name) => inTurns(pieces(name, 4, done))));
    working = false;
    expect(done.join('')).toBe('abcabcabcabc');
    // All three start in the first round.
    const steps = rounds.slice(1).map((count, i) => count - (rounds[i] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(1);
  });
});
