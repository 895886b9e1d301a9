import type { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { Collections } from './collections.ts';
import { inLanes } from './lanes.ts';
import { fromDocument, toDocument } from './order-document.ts';
import type { OrderDocument } from './order-schema.ts';
import { bulkWrite, type WriteModel, type Written } from './bulk-write.ts';

/** An order to commit. `order.version` is the version that was loaded. */
interface OrderCommit {
  key: OrderKey;
  order: Order;
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
  { orders }: Collections,
  onCommit: (size: number, ms: number) => void,
): OrderStore {
  const namespace = `${orders.db.name}.${orders.collection.collectionName}`;
  const largeOnes = new LargeOnes();
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
        const documents = commits.map(({ key, order }) =>
          toDocument(key, { ...order, version: order.version + 1 }, Date.now()),
        );
        const written = await bulkWrite(
          client,
          documents.map((document) => operationOf(document, namespace)),
        );
        onCommit(commits.length, performance.now() - began);
        return written.map(answerOf);
      },
    ),
  };
}

/** A line or a part takes 300 bytes and 5 µs of BSON: their number costs time, not long texts. */
const LARGE_ITEMS = 500;

/** Never throws: a document may have been damaged. */
function isLarge({ lines, parts }: Order): boolean {
  const lists = [lines, ...Object.values(parts)];
  return lists.reduce((sum, each) => sum + (Array.isArray(each) ? each.length : 0), 0) > LARGE_ITEMS;
}

/** The large orders among those loaded recently. */
class LargeOnes {
  static readonly #KEPT = 1000;
  readonly #keys = new Set<OrderKey>();

  has(key: OrderKey): boolean {
    return this.#keys.has(key);
  }

  seen(key: OrderKey, order: Order | null): Order | null {
    if (!order || !isLarge(order)) this.#keys.delete(key);
    else {
      if (this.#keys.size >= LargeOnes.#KEPT) this.#keys.clear();
      this.#keys.add(key);
    }
    return order;
  }
}

function operationOf(document: OrderDocument, namespace: string): WriteModel {
  const next = document as unknown as mongo.Document;
  const before = document.version - 1;
  const filter: object = { _id: document._id, version: before };
  return before === 0
    ? { namespace, name: 'insertOne', document: next }
    : { namespace, name: 'replaceOne', filter, replacement: next };
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
