import type { Redis } from 'ioredis';
import { decodeEntry } from '../../src/deposit/mailbox-entry.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { allRedisKeys } from '../../src/system/redis-keys.ts';
import { FINDINGS, NOTHING_WRONG, type Findings } from '../../src/system/findings.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import type { SentLog } from './sent-log.ts';

/** The result of the check after a run. The promises are the zeros. */
export interface Proof {
  /** Of this fault only; all other figures are for the whole rig. */
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

const RETENTION_DAYS = 90;
/** Orders compared with their journals at a time. */
const PAGE = 500;

/** Where to look. */
interface Places {
  collections: Collections;
  redis: Redis;
  partitions?: number;
  /** Only these shops: those of a load test, if other data is kept in the same place. */
  shops?: readonly string[];
}

/** Compares the answers with what is stored, and what is stored with the pure rules. */
export async function prove(log: SentLog, places: Places): Promise<Proof> {
  const { events, spool, parked } = places.collections;
  const journaled = await idsOf(events, places);
  const spooled = await idsOf(spool, places);
  const set = await idsOf(parked, places);
  const waiting = await waitingIds(places);
  const kept = new Set([...journaled, ...spooled, ...set, ...waiting]);
  const verified = await verifyAll(places);
  return {
    ...log.since,
    duplicates: log.count('duplicate'),
    lost: [...log.acked].filter((event) => !kept.has(event)).length,
    twice: verified.appliedTwice,
    inversions: verified.inversions,
    wrong: verified.wrongState + verified.damaged,
    unexplained: verified.unexplained,
    journaled: journaled.length,
    waiting: waiting.length,
    spooled: spooled.length,
    parked: set.length,
    slowestAckMs: Math.round(log.slowestMs),
  };
}

async function idsOf(model: Collections[keyof Collections], { shops }: Places): Promise<string[]> {
  const filter = shops
    ? { $or: shops.map((shop) => ({ order: { $gte: `${shop}/`, $lt: `${shop}0` } })) }
    : {};
  const found = await model.collection.find(filter, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => String(_id));
}

async function waitingIds({ redis, partitions = 1, shops }: Places): Promise<string[]> {
  const ids: string[] = [];
  for (const keys of allRedisKeys(partitions)) {
    const orders = (await redis.zrange(keys.pending, '0', '-1')) as OrderKey[];
    const ours = shops ? orders.filter((order) => shops.includes(order.split('/')[0] ?? '')) : orders;
    const entries = await Promise.all(ours.map((order) => redis.lrangeBuffer(keys.mailbox(order), 0, -1)));
    ids.push(...entries.flat().map((entry) => decodeEntry('any/1' as OrderKey, entry).id));
  }
  return ids;
}

async function verifyAll({ collections, shops }: Places): Promise<Findings> {
  const verify = createVerifier(collections, RETENTION_DAYS);
  const total = { ...NOTHING_WRONG };
  for (const shop of shops ?? [undefined]) {
    let after: string | undefined;
    do {
      const page = await verify({ shop, after, limit: PAGE });
      for (const name of FINDINGS) total[name] += page[name];
      // By now, nothing should change any more.
      total.unexplained += page.moving;
      after = page.cursor ?? undefined;
    } while (after !== undefined);
  }
  return total;
}
