import path from 'node:path';

/** An environment in which a program's clock is wrong. */
export function clockOff(ms: number): NodeJS.ProcessEnv {
  const file = path.join(import.meta.dirname, 'shifted-clock.mjs');
  return { NODE_OPTIONS: `--import=${file}`, CLOCK_SHIFT_MS: String(ms) };
}
