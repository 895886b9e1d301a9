import { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import { coalesce } from '../system/coalesce.ts';
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

export type Committed = 'committed' | 'outpaced' | 'too_large';

/** 100 orders of 10 kB are 1 MB: far below MongoDB's 48 MB a message, and past the knee of its gain. */
const BATCH = 100;

export function orderStore(
  client: mongo.MongoClient,
  { orders }: Collections,
  onCommit: (size: number, ms: number) => void,
): OrderStore {
  const namespace = `${orders.db.name}.${orders.collection.collectionName}`;
  return {
    load: coalesce(
      async (keys) => {
        const found = await orders.find({ _id: { $in: [...new Set<string>(keys)] } }).lean<OrderDocument[]>();
        const byKey = new Map(found.map((document) => [document._id, document]));
        return keys.map((key) => {
          const document = byKey.get(key);
          return document ? fromDocument(document) : null;
        });
      },
      { largest: BATCH },
    ),
    commit: coalesce<OrderCommit, Committed>(
      async (commits) => {
        const began = performance.now();
        const documents = commits.map(({ key, order }) =>
          toDocument(key, { ...order, version: order.version + 1 }, Date.now()),
        );
        const written = await writeAll(
          client,
          documents.map((document) => operationOf(document, namespace)),
        );
        onCommit(commits.length, performance.now() - began);
        return written.map((each, i) => answerOf(each, documents[i]));
      },
      { largest: BATCH },
    ),
  };
}

function operationOf(document: OrderDocument, namespace: string): WriteModel {
  const next = document as unknown as mongo.Document;
  const before = document.version - 1;
  const filter: object = { _id: document._id, version: before };
  return before === 0
    ? { namespace, name: 'insertOne', document: next }
    : { namespace, name: 'replaceOne', filter, replacement: next };
}

/** MongoDB's limit for a document. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/**
 * An insert of an order that is there is a duplicate key; a replace of another version matches nothing.
 * An order that MongoDB refuses fails alone, not with those beside it (P7).
 */
function answerOf({ error, duplicateKey, matched }: Written, document?: OrderDocument): Committed | Error {
  if (error === null) return matched > 0 ? 'committed' : 'outpaced';
  if (duplicateKey) return 'outpaced';
  return document && mongo.BSON.calculateObjectSize(document) > MAX_DOCUMENT_BYTES ? 'too_large' : error;
}
