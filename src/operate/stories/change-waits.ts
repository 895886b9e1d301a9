import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeMark } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import type { ChangeFilter, ChangeReader, FoundChanges } from './change-reader.ts';

/** The most requests that may wait: each costs memory and a socket; all of them share one query per poll. */
const MOST_WAITING = 200;
const LOOK_EVERY_MS = 250;

/** A request that waits for changes. */
interface Waiting extends ChangeFilter {
  /** Null: the oldest change that is kept. */
  from: ChangeMark | null;
  limit: number;
  waitMs: number;
  /** Aborted when the client has disconnected. */
  gone: AbortSignal;
}

/** Reads the change feed for requests that may wait for a change (long polls). Stopping answers them all. */
export class ChangeWaits {
  readonly name = 'long polls';
  readonly #reader: ChangeReader;
  readonly #stopped = new AbortController();
  #waiting = 0;
  #looked: { at: number; head: Promise<number> } | null = null;

  constructor(reader: ChangeReader) {
    this.#reader = reader;
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Answers as soon as there is a change, or without one when the time is over. @throws Refusal */
  async read({ from, limit, waitMs, gone, ...filter }: Waiting): Promise<FoundChanges> {
    const until = performance.now() + waitMs;
    let found = await this.#reader.read(from, filter, limit);
    if (found.changes.length > 0 || waitMs === 0) return found;
    if (this.#waiting >= MOST_WAITING)
      throw new Refusal('too_many', `${MOST_WAITING} requests are already waiting for changes`);
    this.#waiting += 1;
    const ended = AbortSignal.any([gone, this.#stopped.signal]);
    try {
      while (found.changes.length === 0 && performance.now() < until && !ended.aborted) {
        if ((await this.#head()) >= found.next.block)
          found = await this.#reader.read(found.next, filter, limit);
        else await sleep(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
      }
      return found;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Shared by all waiting requests. */
  async #head(): Promise<number> {
    if (!this.#looked || performance.now() - this.#looked.at >= LOOK_EVERY_MS)
      this.#looked = { at: performance.now(), head: this.#reader.head() };
    return await this.#looked.head;
  }
}
