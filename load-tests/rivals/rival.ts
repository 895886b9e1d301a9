import type { Redis } from 'ioredis';
import type { DeliveryHeaders } from '../../src/accept/headers.ts';
import type { Logger } from '../../src/system/log.ts';
import type { RivalStore } from './store.ts';

/** One arrival of a webhook with a valid signature; its body is not parsed yet. */
export interface Arrival extends DeliveryHeaders {
  webhookId: string;
  body: Buffer;
}

/** Resolves when the arrival may be acknowledged. */
export type Accept = (arrival: Arrival) => Promise<'accepted' | 'duplicate'>;

/** Servers in which webhooks of rivals wait, other than Redis, and the settings that say where they are. */
export const WAITING_PLACES = {
  PostgreSQL: 'POSTGRES_URL',
  NATS: 'NATS_URL',
  /** Its ingress, its admin API, and where its workers listen, with commas between. */
  Restate: 'RESTATE_URLS',
} as const;

export type WaitingPlace = keyof typeof WAITING_PLACES;

/** A pattern in common use, as an engineer would write it who has read its tutorials and documentation. */
export interface Rival {
  about: string;
  /** Where its webhooks wait, if not in Redis. */
  waitsIn?: WaitingPlace;
  accept: (ground: Ground) => Promise<Accept>;
  /** Starts to apply waiting webhooks. Missing if everything is done before the answer. */
  work?: (ground: Ground) => Promise<{ close: () => Promise<void> }>;
}

/**
 * What rivals are built on: connections with Lockstep's options, opened when requested and closed with the
 * program, and Lockstep's settings, so that none has an advantage.
 */
export interface Ground {
  redis: () => Promise<Redis>;
  /** The address of a server. @throws if the program does not know it */
  urlOf: (place: WaitingPlace) => string;
  store: () => Promise<RivalStore>;
  /** What the program does when it stops. */
  onStop: (name: string, stop: () => Promise<void>) => Promise<void>;
  log: Logger;
  dedupeTtlSeconds: number;
  lockTtlMs: number;
  concurrency: number;
}

/** How long a job waits after it found its order busy. */
export const BUSY_RETRY_MS = 50;
