import { describe, expect, test } from '@jest/globals';
import type { Sample } from '../../load-tests/report/run.ts';
import { progressLine, progressTo } from '../../load-tests/sale/progress.ts';

function sampleAt(second: number, changes: Partial<Sample> = {}): Sample {
  return {
    second,
    sent: 1000 * second,
    acked: 990 * second,
    applied: 900 * second,
    waiting: 90 * second,
    ackP50Ms: 2,
    ackP99Ms: 12.34,
    lockHeldMs: null,
    commitMs: null,
    ...changes,
  };
}

describe('the line of progress', () => {
  test('shows what the last second did, and how long the rest may take', () => {
    const line = progressLine(sampleAt(3), sampleAt(2), 63_000);
    expect(line.split(/ {3,}/)).toEqual([
      '3 s',
      'sent 3,000/63,000',
      '990 acks/s',
      'p99 12.3 ms',
      'waiting 270',
      'applied 900/s',
      'ETA 61 s',
    ]);
  });

  test('the first line counts from the start', () => {
    expect(progressLine(sampleAt(2), null, 63_000)).toContain(' 990 acks/s ');
  });

  test('two seconds between two readings count as two seconds', () => {
    expect(progressLine(sampleAt(4), sampleAt(2), 63_000)).toContain(' 990 acks/s ');
  });

  test('when everything is sent, the waiting events decide', () => {
    const [last, now] = [sampleAt(9, { applied: 9000 }), sampleAt(10, { applied: 9500, waiting: 2000 })];
    expect(progressLine(now, last, 10_000)).toMatch(/waiting 2,000 {3}applied 500\/s {3}ETA 4 s$/);
    expect(progressLine({ ...now, waiting: 0 }, last, 10_000)).toMatch(/ETA 0 s$/);
  });

  test('a second without answers has no percentile, and its estimated end is not infinite', () => {
    const line = progressLine(sampleAt(2, { ackP99Ms: null, acked: 990 }), sampleAt(1), 3000);
    expect(line).toContain('   0 acks/s   p99 –   ');
    expect(line).toMatch(/ETA 1000 s$/);
  });

  test('two readings at the same moment do not divide by zero', () => {
    expect(progressLine(sampleAt(1), sampleAt(1), 3000)).not.toMatch(/NaN|Infinity/);
  });
});

/** Back to the start of the line, and everything after it deleted. */
const OVER_THE_LINE = '\r\u001b[K';

describe('where it is written', () => {
  function written(isTTY: boolean, samples: number): string[] {
    const texts: string[] = [];
    const output = { isTTY, write: (text: string) => texts.push(text) } as unknown as NodeJS.WriteStream;
    const tell = progressTo(output, 63_000);
    for (let second = 1; second <= samples; second += 1) tell(sampleAt(second));
    return texts;
  }

  test('on a terminal every second, over the previous line', () => {
    const texts = written(true, 4);
    expect(texts).toHaveLength(4);
    for (const text of texts) {
      expect(text.startsWith(OVER_THE_LINE)).toBe(true);
      expect(text.slice(OVER_THE_LINE.length)).toMatch(/^\d s [^\n]+$/);
    }
  });

  test('elsewhere a line every five seconds, with the rates of its last second', () => {
    const texts = written(false, 11);
    expect(texts.map((text) => text.split('   ')[0])).toEqual(['5 s', '10 s']);
    for (const text of texts) expect(text).toMatch(/^\d+ s [^\r\n]* 990 acks\/s [^\n]*\n$/);
  });
});
