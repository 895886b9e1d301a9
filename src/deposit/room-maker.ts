import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import {
  BYTES_PER_WAITING_EVENT,
  bytesTooMany,
  isFull,
  readMemory,
  type RedisMemory,
} from '../system/redis-memory.ts';
import type { RedisKeys } from '../system/redis-keys.ts';
import type { ScriptedRedis } from './scripts.ts';

/** How long one call may work; the caller calls again. */
const TURN_MS = 2000;
/** Keys that one SCAN visits: a few milliseconds of Redis's time. */
const PAGE = 1000;
/** Claims with less than this share of their life left are dropped; if that is not enough, the next share. */
const LEFT_OF_LIFE = [0.25, 0.5, 0.75, 0.9, 1] as const;

/**
 * Makes a full Redis accept events again (P6). Waiting events make room when they are drained. If that would
 * not be enough, the claims of processed events are dropped, those that expire soonest first. A claim only
 * makes the answer `duplicate` fast: MongoDB knows what was applied (P3), so an event that is sent again
 * without its claim is accepted and changes nothing.
 */
export class RoomMaker {
  readonly #redis: ScriptedRedis;
  readonly #partitions: readonly RedisKeys[];
  readonly #ttlMs: number;
  readonly #log: Logger;
  readonly #onDropped: (claims: number) => void;
  #full = false;
  #pages = this.#searchClaims();
  #dropped = 0;

  constructor(
    redis: ScriptedRedis,
    partitions: readonly RedisKeys[],
    dedupeTtlSeconds: number,
    log: Logger,
    onDropped: (claims: number) => void,
  ) {
    this.#redis = redis;
    this.#partitions = partitions;
    this.#ttlMs = dedupeTtlSeconds * 1000;
    this.#log = log;
    this.#onDropped = onDropped;
  }

  /**
   * Whether events may be deposited. If not, makes room for up to {@link TURN_MS}.
   * @param isRefused whether Redis has just refused an event: a large one may not fit before Redis counts as full
   * @throws if Redis is down
   */
  async make(isRefused = false): Promise<boolean> {
    const memory = await this.#read();
    if (!memory) return true;
    this.#full ||= isRefused || isFull(memory);
    if (this.#full && bytesTooMany(memory) > 0 && (await this.#needsClaims(memory))) await this.#dropSome();
    return !this.#full;
  }

  /** Null if INFO is not allowed; deposits have no limit then either. */
  async #read(): Promise<RedisMemory | null> {
    const memory = await readMemory(this.#redis).catch((error: unknown) => {
      if (/NOPERM|unknown command/i.test(messageOf(error))) return null;
      throw error;
    });
    if (this.#full && (!memory || bytesTooMany(memory) <= 0)) this.#roomAgain();
    return memory;
  }

  #roomAgain(): void {
    if (this.#dropped > 0)
      this.#log.warn(
        { claims: this.#dropped },
        'Redis was full: deleted the dedupe keys of processed events; give Redis more memory, or shorten DEDUPE_TTL_HOURS',
      );
    this.#full = false;
    this.#dropped = 0;
    this.#pages = this.#searchClaims();
  }

  /** Whether Redis would still be full with every mailbox empty. */
  async #needsClaims(memory: RedisMemory): Promise<boolean> {
    const ofEach = this.#partitions.map(async ({ pending, shops }) => {
      const [orders, counts] = await Promise.all([this.#redis.zcard(pending), this.#redis.hvals(shops)]);
      return orders === 0 ? 0 : counts.reduce((sum, count) => sum + Number(count), 0);
    });
    const waiting = (await Promise.all(ofEach)).reduce((sum, events) => sum + events, 0);
    return bytesTooMany(memory) > waiting * BYTES_PER_WAITING_EVENT;
  }

  async #dropSome(): Promise<void> {
    const deadline = Date.now() + TURN_MS;
    while (this.#full && Date.now() < deadline) {
      const { value: dropped, done } = await this.#pages.next();
      // A failed search starts again.
      if (done) this.#pages = this.#searchClaims();
      if (typeof dropped !== 'number') return;
      if (dropped === 0) continue;
      this.#dropped += dropped;
      this.#onDropped(dropped);
      await this.#read();
    }
  }

  /** Yields how many keys each page dropped, and `nothing left` after each search for claims of any age. */
  async *#searchClaims(): AsyncGenerator<number | 'nothing left', void> {
    for (const share of LEFT_OF_LIFE) yield* this.#dropBelow(share);
    for (;;) {
      yield 'nothing left';
      yield* this.#dropBelow(1);
    }
  }

  async *#dropBelow(share: number): AsyncGenerator<number, void> {
    const mostMs = Math.ceil(this.#ttlMs * share) + 1;
    for (const { claims, pending } of this.#partitions) {
      let cursor = '0';
      do {
        const [next, found] = await this.#redis.scan(cursor, 'MATCH', claims, 'COUNT', PAGE);
        cursor = next;
        // A page without claims yields too, so that the caller can check its deadline.
        if (found.length === 0) yield 0;
        else yield await this.#redis.lockstepDropClaims(1 + found.length, pending, ...found, mostMs);
      } while (cursor !== '0');
    }
  }
}
