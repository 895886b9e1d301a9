import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { coalesce } from './coalesce.ts';
import type { Collections } from './collections.ts';
import { fromDocument, toDocument } from './order-document.ts';
import type { OrderDocument } from './order-schema.ts';
import { writeAll, type WriteModel, type Written } from './write-all.ts';

/** An order to be committed over the version that was loaded; `order.version` is that version. */
interface OrderCommit {
  key: OrderKey;
  order: Order;
}

/**
 * Loads and commits of orders, many to a round trip. A commit takes only where the order still has the
 * version that was loaded (P4): whoever comes too late gets `outpaced`, whatever lock it believes in.
 */
export interface OrderStore {
  load: (key: OrderKey) => Promise<Order | null>;
  commit: (commit: OrderCommit) => Promise<Committed>;
}

type Committed = 'committed' | 'outpaced';

/** 100 orders of 10 kB are 1 MB: far below MongoDB's 48 MB a message, and past the knee of its gain. */
const BATCH = 100;

export function orderStore(
  client: mongo.MongoClient,
  { orders }: Collections,
  onCommit: (size: number) => void,
): OrderStore {
  const namespace = `${orders.db.name}.${orders.collection.collectionName}`;
  return {
    load: coalesce(async (keys) => {
      const found = await orders.find({ _id: { $in: [...new Set<string>(keys)] } }).lean<OrderDocument[]>();
      const byKey = new Map(found.map((document) => [document._id, document]));
      return keys.map((key) => {
        const document = byKey.get(key);
        return document ? fromDocument(document) : null;
      });
    }, BATCH),
    commit: coalesce<OrderCommit, Committed>(async (commits) => {
      onCommit(commits.length);
      const written = await writeAll(
        client,
        commits.map((commit) => operationOf(commit, namespace)),
      );
      return written.map(answerOf);
    }, BATCH),
  };
}

function operationOf({ key, order }: OrderCommit, namespace: string): WriteModel {
  const next = toDocument(
    key,
    { ...order, version: order.version + 1 },
    Date.now(),
  ) as unknown as mongo.Document;
  return order.version === 0
    ? { namespace, name: 'insertOne', document: next }
    : { namespace, name: 'replaceOne', filter: { _id: key, version: order.version }, replacement: next };
}

/**
 * An insert of an order that is there is a duplicate key; a replace of another version matches nothing.
 * An order that MongoDB refuses (too large) fails alone, not with those beside it (P7).
 */
function answerOf({ error, duplicateKey, matched }: Written): Committed | Error {
  if (error !== null && !duplicateKey) return error;
  return error === null && matched > 0 ? 'committed' : 'outpaced';
}
