import type { Redis } from 'ioredis';
import { decodeEntry } from '../../src/deposit/mailbox-entry.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { redisKeys } from '../../src/system/redis-keys.ts';
import { verifier, type Verified } from '../../src/watch/verifier.ts';
import type { SentLog } from './sent-log.ts';

/** What is true after a run. The promises are the zeros. */
export interface Audit {
  /** Of this fault; all the rest is of the whole rig. */
  sent: number;
  acked: number;
  duplicates: number;
  /** Acknowledged events that are nowhere: acked - (journaled + waiting + spooled + parked). */
  lost: number;
  twice: number;
  inversions: number;
  wrong: number;
  unexplained: number;
  /** Where the events are. */
  journaled: number;
  waiting: number;
  spooled: number;
  parked: number;
  slowestAckMs: number;
}

const KEYS = redisKeys(0);
const RETENTION_DAYS = 90;

/** Compares what was answered with what is kept, and what is kept with the pure rules. */
export async function audit(log: SentLog, collections: Collections, redis: Redis): Promise<Audit> {
  const journaled = await idsOf(collections.events);
  const spooled = await idsOf(collections.spool);
  const parked = await idsOf(collections.parked);
  const waiting = await waitingIds(redis);
  const kept = new Set([...journaled, ...spooled, ...parked, ...waiting]);
  const verified = await verifiedAll(collections);
  return {
    ...log.since,
    duplicates: log.count('duplicate'),
    lost: [...log.acked].filter((event) => !kept.has(event)).length,
    twice: verified.appliedTwice,
    inversions: verified.inversions,
    wrong: verified.wrongState,
    unexplained: verified.unexplained,
    journaled: journaled.length,
    waiting: waiting.length,
    spooled: spooled.length,
    parked: parked.length,
    slowestAckMs: Math.round(log.slowestMs),
  };
}

async function idsOf(model: Collections[keyof Collections]): Promise<string[]> {
  const found = await model.collection.find({}, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => String(_id));
}

async function waitingIds(redis: Redis): Promise<string[]> {
  const mailboxes = await redis.keys(KEYS.mailbox('*' as OrderKey));
  const entries = await Promise.all(mailboxes.map((mailbox) => redis.lrangeBuffer(mailbox, 0, -1)));
  return entries.flat().map((entry) => decodeEntry('any/1' as OrderKey, entry).id);
}

async function verifiedAll(collections: Collections): Promise<Verified> {
  const verify = verifier(collections, RETENTION_DAYS);
  // All orders of a run are one page.
  return await verify({ limit: 1_000_000 });
}
