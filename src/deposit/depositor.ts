import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type EventId } from '../order/identity.ts';
import { CREATE } from '../order/topics.ts';
import { createBatcher } from '../system/batcher.ts';
import { reconnectIfReadOnly } from '../system/connections.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { inPartitionOf, type RedisKeys } from '../system/redis-keys.ts';
import { DEPOSIT_SHARE } from '../system/redis-memory.ts';
import type { Lane } from './fair-shares.ts';
import type { Repeat } from './fingerprints.ts';
import { encodeEntry } from './mailbox-entry.ts';
import type { DepositAnswer, ScriptedRedis } from './scripts.ts';
import type { Waker } from './waker.ts';

type Deposited =
  { outcome: 'accepted'; event: EventId } | { outcome: 'duplicate'; event: EventId; firstSeenAt: Date };

/**
 * Puts each event into its order's mailbox once, and wakes a drain. When `deposit` returns, the event is
 * durable (P2). It does not wait for the wake-up; if that is lost, the sweeper replaces it (P6).
 */
export interface Depositor {
  /**
   * @param repeat set if an identical body may be another event, which then gets an id of its own
   * @throws Fault not_durable if Redis does not store the event in time; it may or may not be stored then
   * @throws Fault redis_full if Redis has room only for drains; the event is not stored then
   */
  deposit: (event: WaitingEvent, delivery: string | null, repeat?: Repeat | null) => Promise<Deposited>;
}

const BATCHES = {
  /** A call with 32 of the largest bodies (15 MiB) is 480 MB: Redis disconnects a client at 1 GB. */
  largest: 32,
  /** Redis works on one batch while the next arrives. */
  atATime: 4,
  /** More than the number of ingest's connections. */
  mayWait: 10_000,
};
/** Per body within DEDUPE_TTL_HOURS: anyone who has a signed body can send it with any triggered-at. */
const MOST_REPEATS = 10;

/** How events are deposited; all of it may be left out. */
export interface DepositOptions {
  /** Called when a webhook id arrives with a second event; that event is stored as well. */
  onReused?: (event: EventId) => void;
  /** '' for live events; otherwise one of {@link LANES}. */
  lane?: Lane;
  /** Of shops that get more or less than others: see fair-shares.ts. */
  weights?: Readonly<Record<string, number>>;
  /** How many replicas must have an event before it counts as stored. */
  replicas?: number;
}

/** A replica that lags further behind counts as down: the event goes to the spool. */
const REPLICAS_MS = 500;

export function createDepositor(
  redis: ScriptedRedis,
  partitions: readonly RedisKeys[],
  waker: Waker,
  dedupeTtlSeconds: number,
  { onReused = () => undefined, lane = '', weights = {}, replicas = 0 }: DepositOptions = {},
): Depositor {
  const options = { ttlSeconds: dedupeTtlSeconds, lane, weights };
  const stores = partitions.map((keys) =>
    createBatcher<Depositing, DepositAnswer>(async (all) => {
      const stored = storeAll(redis, keys, options, all);
      if (replicas === 0) return await stored;
      // WAIT asks about everything that this connection has written so far.
      const [answers, copies] = await Promise.all([stored, redis.wait(replicas, REPLICAS_MS)]);
      return copies >= replicas ? answers : answers.map((answer) => withoutCopies(answer, copies, replicas));
    }, BATCHES),
  );
  return {
    deposit: async (event, delivery, repeat = null) => {
      const storeThere = inPartitionOf(event.order, stores);
      const store = (asRepeat: AsRepeat | null) =>
        storeThere({ event, delivery, repeat: asRepeat }).catch((error: unknown) => {
          throw new Fault('not_durable', messageOf(error), error);
        });
      const answer = await store(repeat && { ...repeat, id: repeat.isTimeless ? event.id : null });
      const deposited = depositedOf(answer[0] === 4 ? await store(withId(repeat)) : answer, redis);
      if (deposited.outcome === 'duplicate') return deposited;
      // The first event needs a drain; a create ends the hold of earlier events.
      const { storedAt, round } = deposited;
      if (deposited.needsWake || event.topic === CREATE) waker.wake(event.order, round, storedAt);
      if (deposited.isReused) onReused(deposited.event);
      return { outcome: 'accepted', event: deposited.event };
    },
  };
}

/** An event that too few replicas have counts as not stored. Redis has it all the same, so it may become a duplicate. */
function withoutCopies(answer: DepositAnswer, copies: number, replicas: number): DepositAnswer {
  return answer[0] === 1 ? [2, `${copies} of ${replicas} replicas have it`] : answer;
}

/** How an event is stored if an identical body has arrived before. */
type AsRepeat = Pick<Repeat, 'body' | 'triggered'> & {
  /** Null: it is not known yet. */
  id: EventId | null;
};

/** Null: the time in its body says that it is a duplicate. */
function withId(repeat: Repeat | null): AsRepeat | null {
  const id = repeat?.id() ?? null;
  return repeat && id && { ...repeat, id };
}

type DepositReply =
  | Extract<Deposited, { outcome: 'duplicate' }>
  | {
      outcome: 'accepted';
      event: EventId;
      needsWake: boolean;
      isReused: boolean;
      storedAt: number;
      round: number;
    };

/** @throws Fault if the event was not stored */
function depositedOf(answer: DepositAnswer, redis: ScriptedRedis): DepositReply {
  switch (answer[0]) {
    case 0:
      return {
        outcome: 'duplicate',
        event: answer[1],
        firstSeenAt: new Date(Number(answer[2])),
      };
    case 1:
      return {
        outcome: 'accepted',
        event: answer[2],
        needsWake: answer[1] === 1,
        isReused: answer[3] === 1,
        storedAt: answer[4],
        round: answer[5],
      };
    case 2:
      reconnectIfReadOnly(redis, answer[1]);
      throw new Fault('not_durable', answer[1]);
    case 3:
      throw new Fault('redis_full', `${answer[1]} of ${answer[2]} bytes are used`);
    case 4:
      throw new Fault('not_durable', 'the script asked twice for the id of a repeat');
  }
}

interface Depositing {
  event: WaitingEvent;
  delivery: string | null;
  repeat: AsRepeat | null;
}

/** The weights of the shops of these events as JSON; '' if all are 1. */
function weightsOf(all: Depositing[], weights: Readonly<Record<string, number>>): string {
  if (Object.keys(weights).length === 0) return '';
  const shops = new Set<string>(all.map(({ event }) => partsOf(event.order).shop));
  const weighed = Object.entries(weights).filter(([shop]) => shops.has(shop));
  return weighed.length === 0 ? '' : JSON.stringify(Object.fromEntries(weighed));
}

/** Stores many events of one partition in one round trip. */
async function storeAll(
  redis: ScriptedRedis,
  keys: RedisKeys,
  { ttlSeconds, lane, weights }: { ttlSeconds: number } & Required<Pick<DepositOptions, 'lane' | 'weights'>>,
  all: Depositing[],
): Promise<DepositAnswer[]> {
  const places = [
    keys.pending,
    keys.shops,
    keys.totals,
    keys.lastEvents,
    keys.round,
    keys.shares,
    keys.rounds,
  ];
  const facts: (string | number | Buffer)[] = [
    ttlSeconds,
    keys.dedupe(''),
    keys.traffic(''),
    DEPOSIT_SHARE,
    MOST_REPEATS,
    lane,
    weightsOf(all, weights),
  ];
  for (const { event, delivery, repeat } of all) {
    const id = repeat?.id ?? '';
    places.push(keys.dedupe(event.id), keys.delivery(delivery ?? '-'), keys.mailbox(event.order));
    places.push(keys.dedupe(id), keys.repeats(repeat?.body ?? '-'));
    facts.push(event.order, delivery === null ? '0' : '1', encodeEntry(event), id, repeat?.triggered ?? '');
  }
  return await redis.lockstepDeposit(places.length, ...places, ...facts);
}
