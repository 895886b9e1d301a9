import { ACTING } from './acting.ts';
import { APPLYING } from './applying.ts';
import { COMPOSING } from './composing.ts';
import { DECIDING } from './deciding.ts';
import { ENTERING } from './entering.ts';
import type { PlantedFault } from './fault.ts';
import { FEEDING } from './feeding.ts';
import { INSTALLING } from './installing.ts';
import { PUBLISHING } from './publishing.ts';
import { SHARING } from './sharing.ts';
import { SPOOLING } from './spooling.ts';
import { TELLING } from './telling.ts';
import { STORING } from './storing.ts';
import { TAKING } from './taking.ts';

/** Every fault, one row each, in the order of a webhook's path; wiring comes last. A new fault needs only its row. */
export const FAULTS: readonly PlantedFault[] = [
  ...TAKING,
  ...SPOOLING,
  ...SHARING,
  ...APPLYING,
  ...DECIDING,
  ...STORING,
  ...FEEDING,
  ...PUBLISHING,
  ...INSTALLING,
  ...TELLING,
  ...ACTING,
  ...ENTERING,
  ...COMPOSING,
];
