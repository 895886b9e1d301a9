import type { Doctor } from '../shapes/system.ts';

export type Finding = Omit<Doctor['checks'][number], 'name'>;

/** One thing that the doctor looks at. What throws or takes too long could not be read, which is bad. */
export interface Probe {
  name: string;
  look: () => Promise<Finding>;
}

export const good = (found: string): Finding => ({ verdict: 'good', found, advice: null });
export const doubtful = (found: string, advice: string): Finding => ({ verdict: 'doubtful', found, advice });
export const bad = (found: string, advice: string): Finding => ({ verdict: 'bad', found, advice });
