import type { Redis } from 'ioredis';
import type { DeliveryHeaders } from '../../src/accept/headers.ts';
import type { Logger } from '../../src/system/log.ts';
import type { RivalStore } from './store.ts';

/** One arrival of a webhook, its signature found to be right; nothing of its body is read yet. */
export interface Arrival extends DeliveryHeaders {
  body: Buffer;
}

/** Resolves when the arrival may be acknowledged. */
export type Accept = (arrival: Arrival) => Promise<'accepted' | 'duplicate'>;

/** A pattern in use today, as an engineer would write it who has read its tutorials and its documents. */
export interface Rival {
  about: string;
  accept: (ground: Ground) => Promise<Accept>;
  /** Begins to apply what waits. Missing where all is done before the answer. */
  work?: (ground: Ground) => Promise<{ close: () => Promise<void> }>;
}

/**
 * What rivals stand on: connections with Lockstep's options, opened when asked for and closed with the
 * program, and Lockstep's settings, so that none is measured with a better hand.
 */
export interface Ground {
  redis: () => Promise<Redis>;
  store: () => Promise<RivalStore>;
  log: Logger;
  dedupeTtlSeconds: number;
  lockTtlMs: number;
  concurrency: number;
}

/** How long a job waits that found its order busy. */
export const BUSY_RETRY_MS = 50;
