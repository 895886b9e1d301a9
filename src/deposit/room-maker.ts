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

/** Bounds one turn: whoever asked comes again. */
const GO_MS = 2000;
/** Keys looked at in one call: some milliseconds of Redis's time. */
const PAGE = 1000;
/** Claims with less of their life left than this share of it are dropped; more in each search that was not enough. */
const LEAST_LIFE = [0.25, 0.5, 0.75, 0.9, 1] as const;

/**
 * Sees to it that a full Redis takes events again (P6). What waits in mailboxes makes room by being drained.
 * Where that would not be enough, claims of events that have ended are dropped, those that end soonest first: a
 * claim is the fast answer `duplicate`, and what was applied is known by MongoDB (P3). An event that is sent
 * again without its claim is taken and changes nothing.
 */
export class RoomMaker {
  readonly #redis: ScriptedRedis;
  readonly #partitions: readonly RedisKeys[];
  readonly #ttlMs: number;
  readonly #log: Logger;
  readonly #onDropped: (claims: number) => void;
  #full = false;
  /** Where the search for claims is, and how short-lived a claim must be to be dropped. */
  #place = { partition: 0, cursor: '0', step: 0 };
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

  /** Whether events may be deposited; where not, it makes room for {@link GO_MS} at most. @throws Redis is down */
  async make(): Promise<boolean> {
    const memory = await this.#read();
    if (!memory) return true;
    this.#full ||= isFull(memory);
    if (this.#full && bytesTooMany(memory) > 0 && (await this.#needsClaims(memory))) await this.#dropSome();
    return !this.#full;
  }

  /** Null where INFO is not allowed: then nothing counts as full either. */
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
        'Redis was full: dropped claims of events that have ended; give it more memory, or shorten DEDUPE_TTL_HOURS',
      );
    this.#full = false;
    this.#dropped = 0;
    this.#place = { partition: 0, cursor: '0', step: 0 };
  }

  /** Whether it would still be full with every mailbox empty. */
  async #needsClaims(memory: RedisMemory): Promise<boolean> {
    const ofEach = this.#partitions.map(async ({ pending, shops }) => {
      const [orders, counts] = await Promise.all([this.#redis.zcard(pending), this.#redis.hvals(shops)]);
      return orders === 0 ? 0 : counts.reduce((sum, count) => sum + Number(count), 0);
    });
    const waiting = (await Promise.all(ofEach)).reduce((sum, events) => sum + events, 0);
    return bytesTooMany(memory) > waiting * BYTES_PER_WAITING_EVENT;
  }

  async #dropSome(): Promise<void> {
    const deadline = Date.now() + GO_MS;
    while (this.#full && Date.now() < deadline) {
      const dropped = await this.#dropPage();
      this.#dropped += dropped;
      if (dropped > 0) {
        this.#onDropped(dropped);
        await this.#read();
      }
      if (this.#full && !this.#goOn()) return;
    }
  }

  /** One page of the search; how many keys it dropped. */
  async #dropPage(): Promise<number> {
    const keys = this.#partitions[this.#place.partition];
    if (!keys) throw new Error('no partitions');
    const [cursor, found] = await this.#redis.scan(this.#place.cursor, 'MATCH', keys.claims, 'COUNT', PAGE);
    this.#place.cursor = cursor;
    if (found.length === 0) return 0;
    const least = Math.ceil(this.#ttlMs * (LEAST_LIFE[this.#place.step] ?? 1)) + 1;
    return await this.#redis.lockstepDropClaims(1 + found.length, keys.pending, ...found, least);
  }

  /** On to the next page, partition or step; false at the end of a search, which then begins again. */
  #goOn(): boolean {
    const { partition, cursor, step } = this.#place;
    if (cursor !== '0') return true;
    if (partition + 1 < this.#partitions.length) {
      this.#place = { partition: partition + 1, cursor, step };
      return true;
    }
    const isLast = step === LEAST_LIFE.length - 1;
    this.#place = { partition: 0, cursor, step: isLast ? step : step + 1 };
    return !isLast;
  }
}
