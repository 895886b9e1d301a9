import { beforeEach, describe, expect, test } from '@jest/globals';
import { inTurns } from '../../src/system/turns.ts';

describe('work in turns', () => {
  beforeEach(async () => {
    // The round of the last test's work ends.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  });

  /** A piece that is longer than a round. */
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

  test('of several long tasks, each round of the event loop runs one piece, of the one that waited longest', async () => {
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
    expect(done.join('')).toBe('aabcabcabcbc');
    const steps = rounds.slice(1).map((count, i) => count - (rounds[i] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(1);
  });

  test('short tasks run one after another, many in one round', async () => {
    const done: string[] = [];
    function* short(name: string): Generator<void, void> {
      for (let i = 0; i < 3; i += 1) {
        done.push(name);
        yield;
      }
    }
    let rounds = 0;
    const round = () => {
      rounds += 1;
      setImmediate(round).unref();
    };
    setImmediate(round).unref();
    const names = Array.from({ length: 50 }, (_, i) => `${i}`);
    await Promise.all(names.map((name) => inTurns(short(name))));
    expect(done).toEqual(names.flatMap((name) => [name, name, name]));
    expect(rounds).toBeLessThan(5);
  });
});
