import { describe, expect, test } from '@jest/globals';
import { ReadAhead } from '../../src/publish/read-ahead.ts';

describe('how many lanes of a job are read at once', () => {
  const MB = 1024 * 1024;
  const KB = 1024;
  test.each([
    ['small messages: all that a job can have', 50, 15 * KB, 87],
    ['large ones: fewer', 50, 500 * KB, 2],
    ['very large ones: one after another', 50, 16 * MB, 1],
    ['more jobs at a time: fewer each', 500, 15 * KB, 8],
  ])('%s', (_, concurrency, bytes, expected) => {
    const ahead = new ReadAhead(concurrency);
    ahead.saw(bytes);
    expect(ahead.lanes).toBe(expected);
  });

  test('a large one counts for some time, and is then forgotten', () => {
    const ahead = new ReadAhead(50);
    ahead.saw(4 * MB);
    ahead.saw(15 * KB);
    expect(ahead.lanes).toBe(1);
    for (let i = 0; i < 60; i++) ahead.saw(15 * KB);
    expect(ahead.lanes).toBe(87);
  });
});
