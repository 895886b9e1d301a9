import { describe, expect, test } from '@jest/globals';
import { createBatcher } from '../../src/system/batcher.ts';

describe('coalesce', () => {
  /** Doubles numbers and records its batches. */
  function doubling(largest = 100) {
    const batches: number[][] = [];
    const ask = createBatcher<number, number>(
      async (questions) => {
        batches.push(questions);
        await new Promise(setImmediate);
        return questions.map((each) => (each < 0 ? new Error(`${each} is negative`) : each * 2));
      },
      { largest },
    );
    return { ask, batches };
  }

  test('questions of one turn share a batch, and each gets its own answer', async () => {
    const { ask, batches } = doubling();
    expect(await Promise.all([3, 1, 2, 1].map(ask))).toEqual([6, 2, 4, 2]);
    expect(batches).toEqual([[3, 1, 2, 1]]);
  });

  test('questions asked during a round trip share the next batch', async () => {
    const { ask, batches } = doubling();
    const first = ask(1);
    await new Promise(setImmediate);
    expect(batches).toEqual([[1]]);
    const others = [ask(2), ask(3)];
    expect(batches).toEqual([[1]]);
    expect(await Promise.all([first, ...others])).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  test('no batch is larger than allowed', async () => {
    const { ask, batches } = doubling(2);
    expect(await Promise.all([1, 2, 3, 4, 5].map(ask))).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('P7: an Error among the answers rejects only its own question', async () => {
    const { ask } = doubling();
    const answers = await Promise.allSettled([1, -2, 3].map(ask));
    expect(answers).toMatchObject([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: { message: '-2 is negative' } },
      { status: 'fulfilled', value: 6 },
    ]);
  });

  test('a failed round trip rejects only its own batch; the next one runs', async () => {
    let trips = 0;
    const ask = createBatcher<number, number>(
      (questions) => {
        trips += 1;
        return trips === 1 ? Promise.reject(new Error('away')) : Promise.resolve(questions);
      },
      { largest: 2 },
    );
    const answers = await Promise.allSettled([1, 2, 3].map(ask));
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await ask(4)).toBe(4);
  });

  test('while a round trip hangs, twenty batches wait; further questions are rejected immediately', async () => {
    let go = () => undefined as void;
    const hanging = new Promise<void>((resolve) => (go = resolve));
    const ask = createBatcher<number, number>(
      async (questions) => {
        await hanging;
        return questions;
      },
      { largest: 2 },
    );
    const first = ask(0);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const waiting = Array.from({ length: 40 }, (_, i) => ask(i + 1));
    await expect(ask(41)).rejects.toThrow('too many requests are waiting');
    go();
    expect(await Promise.all([first, ...waiting])).toHaveLength(41);
  });

  test('a synchronous throw is handled like a rejected promise', async () => {
    const ask = createBatcher<number, number>(
      () => {
        throw new Error('at once');
      },
      { largest: 2 },
    );
    await expect(ask(1)).rejects.toThrow('at once');
  });

  describe('that lingers', () => {
    const lingering = (lingerMs: number, lingerWhile?: () => boolean, enough = 3) => {
      const batches: number[][] = [];
      const ask = createBatcher<number, number>(
        (questions) => {
          batches.push(questions);
          return Promise.resolve(questions);
        },
        { largest: 3, enough, lingerMs, ...(lingerWhile && { lingerWhile }) },
      );
      return { ask, batches };
    };
    const LONG_MS = 60_000;

    test('questions of several turns share a batch', async () => {
      const { ask, batches } = lingering(20);
      const first = ask(1);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(await Promise.all([first, ask(2)])).toEqual([1, 2]);
      expect(batches).toEqual([[1, 2]]);
      expect(await ask(3)).toBe(3);
    });

    test('a batch that is full goes at once, and the rest waits for its own', async () => {
      const { ask, batches } = lingering(LONG_MS);
      const first = ask(1);
      await new Promise(setImmediate);
      const full = [ask(2), ask(3)];
      expect(await Promise.all([first, ...full])).toEqual([1, 2, 3]);
      const next = [4, 5, 6].map((each) => ask(each));
      expect(await Promise.all(next)).toEqual([4, 5, 6]);
      expect(batches).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
    });

    test('a batch waits only while more questions are likely', async () => {
      let isLikely = false;
      const { ask, batches } = lingering(LONG_MS, () => isLikely);
      expect(await ask(1)).toBe(1);
      isLikely = true;
      const second = ask(2);
      await new Promise(setImmediate);
      isLikely = false;
      expect(await Promise.all([second, ask(3)])).toEqual([2, 3]);
      expect(batches).toEqual([[1], [2, 3]]);
    });

    test('a batch does not wait for a further question to find out that none is likely', async () => {
      let isLikely = true;
      const { ask, batches } = lingering(LONG_MS, () => isLikely);
      const only = ask(1);
      await new Promise(setImmediate);
      isLikely = false;
      expect(await only).toBe(1);
      expect(batches).toEqual([[1]]);
    });

    test('a batch that has enough goes at once', async () => {
      const { ask, batches } = lingering(LONG_MS, () => true, 2);
      const first = ask(1);
      await new Promise(setImmediate);
      expect(await Promise.all([first, ask(2)])).toEqual([1, 2]);
      expect(batches).toEqual([[1, 2]]);
    });

    test('more than fill a batch in one turn are all answered', async () => {
      const { ask, batches } = lingering(5);
      expect(await Promise.all([1, 2, 3, 4].map((each) => ask(each)))).toEqual([1, 2, 3, 4]);
      expect(batches).toEqual([[1, 2, 3], [4]]);
    });
  });
});
