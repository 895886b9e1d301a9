import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Lifecycle, type Component } from '../../src/system/lifecycle.ts';

function scene({ shutdownMs = 5000 } = {}) {
  const told: string[] = [];
  const warned: Record<string, unknown>[] = [];
  const write = (line: string) => void warned.push(JSON.parse(line) as Record<string, unknown>);
  const lifecycle = new Lifecycle(pino({ level: 'warn' }, { write }), shutdownMs);
  const component = (name: string, more: Partial<Component> = {}): Component => ({
    name,
    start: () => void told.push(`start ${name}`),
    stop: () => void told.push(`stop ${name}`),
    ...more,
  });
  return { told, warned, lifecycle, component };
}

const never = () => new Promise<never>(() => undefined);
const fail = (message: string) => () => Promise.reject(new Error(message));

describe('lifecycle', () => {
  test('components start in order and stop in reverse order', async () => {
    const { told, lifecycle, component } = scene();
    for (const name of ['redis', 'mongodb', 'http']) await lifecycle.start(component(name));
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

  test('a component is stopped only after those started later have stopped', async () => {
    const { told, lifecycle, component } = scene();
    const { promise, resolve } = Promise.withResolvers<void>();
    await lifecycle.start(component('redis'));
    await lifecycle.start(
      component('drains', { stop: () => promise.then(() => void told.push('stop drains')) }),
    );
    const stopped = lifecycle.stop();
    expect(told).toEqual(['start redis', 'start drains']);
    resolve();
    await stopped;
    expect(told.slice(2)).toEqual(['stop drains', 'stop redis']);
  });

  test('if a component fails to start, those before it are stopped, and its error is thrown', async () => {
    const { told, lifecycle, component } = scene();
    await lifecycle.start(component('redis'));
    await lifecycle.start(component('mongodb'));
    await expect(lifecycle.start(component('http', { start: fail('port taken') }))).rejects.toThrow(
      'port taken',
    );
    expect(told).toEqual(['start redis', 'start mongodb', 'stop mongodb', 'stop redis']);
  });

  test('a component that does not stop in time is abandoned and logged, and the others are stopped', async () => {
    const { told, warned, lifecycle, component } = scene({ shutdownMs: 50 });
    await lifecycle.start(component('redis'));
    await lifecycle.start(component('drains', { stop: never }));
    await lifecycle.stop();
    expect(told).toContain('stop redis');
    expect(warned).toMatchObject([{ component: 'drains', outcome: 'timed out' }]);
  });

  test('a component that fails to stop is logged, and the others are stopped', async () => {
    const { told, warned, lifecycle, component } = scene();
    await lifecycle.start(component('redis'));
    await lifecycle.start(component('mongodb', { stop: fail('away') }));
    await lifecycle.stop();
    expect(told).toContain('stop redis');
    expect(warned).toMatchObject([{ component: 'mongodb', outcome: 'failed' }]);
  });

  test('stopping twice stops once', async () => {
    const { told, lifecycle, component } = scene();
    await lifecycle.start(component('redis'));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(told).toEqual(['start redis', 'stop redis']);
  });
});
