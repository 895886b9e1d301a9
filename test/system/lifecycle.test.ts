import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Lifecycle, type Part } from '../../src/system/lifecycle.ts';

function scene({ shutdownMs = 5000 } = {}) {
  const told: string[] = [];
  const warned: Record<string, unknown>[] = [];
  const write = (line: string) => void warned.push(JSON.parse(line) as Record<string, unknown>);
  const lifecycle = new Lifecycle(pino({ level: 'warn' }, { write }), shutdownMs);
  const part = (name: string, more: Partial<Part> = {}): Part => ({
    name,
    start: () => void told.push(`start ${name}`),
    stop: () => void told.push(`stop ${name}`),
    ...more,
  });
  return { told, warned, lifecycle, part };
}

const never = () => new Promise<never>(() => undefined);
const fail = (message: string) => () => Promise.reject(new Error(message));

describe('lifecycle', () => {
  test('parts start in order and stop in reverse order', async () => {
    const { told, lifecycle, part } = scene();
    for (const name of ['redis', 'mongodb', 'http']) await lifecycle.start(part(name));
    await lifecycle.stop();
    const expected = [
      'start redis',
      'start mongodb',
      'start http',
      'stop http',
      'stop mongodb',
      'stop redis',
    ];
    expect(told).toEqual(expected);
  });

  test('a part is stopped only after those started later have stopped', async () => {
    const { told, lifecycle, part } = scene();
    const { promise, resolve } = Promise.withResolvers<void>();
    await lifecycle.start(part('redis'));
    await lifecycle.start(part('drains', { stop: () => promise.then(() => void told.push('stop drains')) }));
    const stopped = lifecycle.stop();
    expect(told).toEqual(['start redis', 'start drains']);
    resolve();
    await stopped;
    expect(told.slice(2)).toEqual(['stop drains', 'stop redis']);
  });

  test('if a part fails to start, those before it are stopped, and its error is thrown', async () => {
    const { told, lifecycle, part } = scene();
    await lifecycle.start(part('redis'));
    await lifecycle.start(part('mongodb'));
    await expect(lifecycle.start(part('http', { start: fail('port taken') }))).rejects.toThrow('port taken');
    expect(told).toEqual(['start redis', 'start mongodb', 'stop mongodb', 'stop redis']);
  });

  test('a part that does not stop in time is abandoned and logged, and the others are stopped', async () => {
    const { told, warned, lifecycle, part } = scene({ shutdownMs: 50 });
    await lifecycle.start(part('redis'));
    await lifecycle.start(part('drains', { stop: never }));
    await lifecycle.stop();
    expect(told).toContain('stop redis');
    expect(warned).toMatchObject([{ part: 'drains', outcome: 'timed out' }]);
  });

  test('a part that fails to stop is logged, and the others are stopped', async () => {
    const { told, warned, lifecycle, part } = scene();
    await lifecycle.start(part('redis'));
    await lifecycle.start(part('mongodb', { stop: fail('away') }));
    await lifecycle.stop();
    expect(told).toContain('stop redis');
    expect(warned).toMatchObject([{ part: 'mongodb', outcome: 'failed' }]);
  });

  test('stopping twice stops once', async () => {
    const { told, lifecycle, part } = scene();
    await lifecycle.start(part('redis'));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(told).toEqual(['start redis', 'stop redis']);
  });
});
