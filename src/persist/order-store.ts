import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { Collections } from './collections.ts';
import { messageOf } from '../system/errors.ts';
import { isWorkWaiting } from '../system/turns.ts';
import { inLanes } from './lanes.ts';
import { isLarge, LargeOnes } from './large-orders.ts';
import { fromDocument, toDocument } from './order-document.ts';
import type { OrderDocument } from './order-fields.ts';
import { ensureCommit, ensureCommits, lastCommit, outboxNamespace, RecentCommits } from './outbox.ts';
import type { Written } from './bulk-write.ts';
import { writeCommits, type CommitWrite } from './commit-writes.ts';

/**
 * While orders are being decided, their commits wait for one another: until there are enough of them, or this long. In
 * batches of 17 to 25 instead of 5, applying an event takes 20 to 28 % less CPU time, of MongoDB and of the worker. A
 * short wait alone would make small batches on a slow machine. If nothing else is being decided, a commit does not wait.
 */
const ENOUGH = 50;
const LINGER_MS = 100;

/** An order to commit. `order.version` is the version that was loaded. */
interface OrderCommit {
  key: OrderKey;
  order: Order;
  /** The order as it was loaded. */
  known?: Order | null;
}

/**
 * Loads and commits orders, many per round trip. A commit succeeds only if the order still has the version that was
 * loaded (P4). A late holder gets `outpaced`, even if it believes that it still has the lock.
 */
export interface OrderStore {
  load: (key: OrderKey) => Promise<Order | null>;
  commit: (commit: OrderCommit) => Promise<Committed>;
}

export type Committed = 'committed' | 'outpaced' | 'too_large';

export function createOrderStore(
  client: mongo.MongoClient,
  { orders, outbox }: Pick<Collections, 'orders' | 'outbox'>,
  onCommit: (size: number, ms: number) => void,
  now: () => number = Date.now,
  here = new RecentCommits(),
): OrderStore {
  const namespace = `${orders.db.name}.${orders.collection.collectionName}`;
  const outboxes = outboxNamespace({ outbox });
  const largeOnes = new LargeOnes();
  /** First, so that the feed never has a commit without the order's earlier ones (outbox.ts). */
  const ensureReplaced = async (commits: OrderCommit[]) => {
    const records = commits.flatMap(({ key, known }) => lastCommit(key, known?.committed, now()));
    const models = records.filter((each) => !here.has(each)).map((each) => ensureCommit(outboxes, each));
    await ensureCommits(client, models);
  };
  return {
    load: inLanes<OrderKey, Order | null>(
      (key) => largeOnes.has(key),
      async (keys) => {
        const found = await orders.find({ _id: { $in: [...new Set<string>(keys)] } }).lean<OrderDocument[]>();
        const byKey = new Map(found.map((document) => [document._id, fromDocument(document)]));
        return keys.map((key) => largeOnes.seen(key, byKey.get(key) ?? null));
      },
    ),
    commit: inLanes<OrderCommit, Committed>(
      ({ order }) => isLarge(order),
      async (commits) => {
        const began = performance.now();
        await ensureReplaced(commits);
        const made = commits.map((commit) => commitWriteOf(commit, Date.now()));
        const writes = made.flatMap((each) => (each instanceof Error ? [] : [each]));
        const written = await writeCommits(client, namespace, writes);
        onCommit(commits.length, performance.now() - began);
        const answers = written.map(answerOf).values();
        return made.map((each) => (each instanceof Error ? each : answers.next().value!));
      },
      { enough: ENOUGH, lingerMs: LINGER_MS, lingerWhile: isWorkWaiting },
    ),
  };
}

/** A damaged order fails alone, without the others in its batch (P7). */
function commitWriteOf({ key, order, known }: OrderCommit, now: number): CommitWrite | Error {
  try {
    const keepsBody = known?.whole !== undefined && known.whole === order.whole;
    return { document: toDocument(key, { ...order, version: order.version + 1 }, now), keepsBody };
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/**
 * Inserting an order that exists is a duplicate key; replacing another version matches nothing.
 * An order that MongoDB refuses fails alone, without the others in its batch (P7).
 */
function answerOf({ error, duplicateKey, matched, tooLarge }: Written): Committed | Error {
  if (error === null) return matched > 0 ? 'committed' : 'outpaced';
  if (duplicateKey) return 'outpaced';
  return tooLarge ? 'too_large' : error;
}
