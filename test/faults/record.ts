import { appendFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Proof } from '../../testkit/proof/prove.ts';

/** A line of the table that `npm run faults` prints. */
export interface Row {
  fault: string;
  /** How often it was done. */
  runs: number;
  /** How often the bad state was observed. */
  reached: number;
  /** From the end of the fault until nothing waits any more. */
  healSeconds: number;
}

/** `npm run faults` does everything in full, `npm run faults -- --short` a short form of each. */
export const FULL = process.env.FAULTS === 'full';

/** How much of something: in short, or in full. */
export function times(short: number, full: number): number {
  return FULL ? full : short;
}

/** Every run draws its own seed, unless one is given to repeat a run. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Compares an audit with the promises, and records it. */
export function expectNothingBroken(row: Row, audit: Proof): void {
  const { lost, twice, inversions, wrong, unexplained } = audit;
  if (process.env.FAULTS_OUT)
    appendFileSync(process.env.FAULTS_OUT, `${JSON.stringify({ ...row, ...audit })}\n`);
  expect({ seed: SEED, lost, twice, inversions, wrong, unexplained }).toEqual({
    seed: SEED,
    lost: 0,
    twice: 0,
    inversions: 0,
    wrong: 0,
    unexplained: 0,
  });
  expect(row.reached).toBeGreaterThanOrEqual(row.runs);
}
