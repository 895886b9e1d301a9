import { ACTING } from './acting.ts';
import { APPLYING } from './applying.ts';
import type { PlantedFault } from './fault.ts';
import { INSTALLING } from './installing.ts';
import { SPOOLING } from './spooling.ts';
import { TAKING } from './taking.ts';

/** Every fault, a row each, in the order of the way of a webhook. A new one needs its row and nothing else. */
export const FAULTS: readonly PlantedFault[] = [
  ...TAKING,
  ...SPOOLING,
  ...APPLYING,
  ...INSTALLING,
  ...ACTING,
];
