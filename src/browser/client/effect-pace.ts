import type { Now } from '../../operate/shapes/system.ts';

const EVERY_MS = 5000;

/** The stream has no figures of effects: pages that show them fetch them again every 5 s. */
export function effectPace({ sample }: Now): unknown {
  return Math.floor(Date.parse(sample.at) / EVERY_MS);
}
