import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { STATE } from './state.ts';

/** Small values that the next session continues from: JSON under .lockstep/, never visible half-written. */
export function readKept<Value>(name: string, otherwise: Value): Value {
  try {
    return JSON.parse(readFileSync(path.join(STATE, name), 'utf8')) as Value;
  } catch {
    return otherwise;
  }
}

export function writeKept(name: string, value: unknown): void {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  const file = path.join(STATE, name);
  writeFileSync(`${file}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
