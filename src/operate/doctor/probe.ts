import type { Doctor } from '../shapes/system.ts';

export type Finding = Omit<Doctor['checks'][number], 'name'>;

/** One check of the doctor. If it throws or takes too long, its finding is bad. */
export interface Probe {
  name: string;
  /** The server that it needs. */
  needs?: 'redis' | 'mongodb';
  look: () => Promise<Finding>;
}

export const good = (found: string): Finding => ({ verdict: 'good', found, advice: null });
export const doubtful = (found: string, advice: string): Finding => ({ verdict: 'doubtful', found, advice });
export const bad = (found: string, advice: string): Finding => ({ verdict: 'bad', found, advice });

export function needing(server: NonNullable<Probe['needs']>, probes: Probe[]): Probe[] {
  return probes.map((probe) => ({ ...probe, needs: server }));
}
