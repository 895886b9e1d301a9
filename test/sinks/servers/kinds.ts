import type { Kind } from './other-side.ts';
import { POSTGRES } from './postgres.ts';

/** Every kind with a client of its own. */
export const KINDS: Readonly<Record<string, Kind>> = { postgres: POSTGRES };
