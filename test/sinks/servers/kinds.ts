import type { Kind } from './other-side.ts';
import { NATS } from './nats.ts';
import { POSTGRES } from './postgres.ts';
import { RABBITMQ } from './rabbitmq.ts';

/** Every kind with a client of its own. */
export const KINDS: Readonly<Record<string, Kind>> = { postgres: POSTGRES, rabbitmq: RABBITMQ, nats: NATS };
