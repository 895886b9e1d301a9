import { mongo } from 'mongoose';
import type { OrderKey } from '../order/identity.ts';
import type { Order } from '../order/order.ts';
import type { WholeBody } from '../order/whole-body.ts';
import { textOfBson } from './bson-text.ts';
import type { Collections } from './collections.ts';
import { inLanes } from './lanes.ts';
import { LargeOnes } from './large-orders.ts';
import { fromDocument } from './order-document.ts';
import type { OrderDocument } from './order-fields.ts';
import { StoredBytes } from './stored-json.ts';

const { BSONType, deserialize, onDemand } = mongo.BSON;

/** A body as MongoDB sent it: only `storedText` can read it. */
class BodyBytes extends StoredBytes {
  readonly #bson: Uint8Array;

  constructor(bson: Uint8Array) {
    super();
    this.#bson = bson;
  }

  toString(): string {
    return textOfBson(this.#bson);
  }
}

/**
 * Loads orders for messages, many per round trip. More than half of an order is its body, which a message contains
 * unchanged: it is never made into objects.
 */
export function loadForMessages({
  orders,
}: Pick<Collections, 'orders'>): (key: OrderKey) => Promise<Order | null> {
  const largeOnes = new LargeOnes();
  return inLanes<OrderKey, Order | null>(
    (key) => largeOnes.has(key),
    async (keys) => {
      const filter = { _id: { $in: [...new Set<string>(keys)] } } as object;
      const found = (await orders.collection.find(filter, { raw: true }).toArray()) as unknown as Buffer[];
      const byKey = new Map<string, Order>(found.map(keyed));
      return keys.map((key) => largeOnes.seen(key, byKey.get(key) ?? null));
    },
  );
}

function keyed(bson: Buffer): [string, Order] {
  const { rest, body } = withoutBody(bson);
  const document = deserialize(rest) as OrderDocument;
  if (!body) return [document._id, fromDocument(document)];
  const bytes = new BodyBytes(body) as unknown as NonNullable<WholeBody['body']>;
  return [document._id, fromDocument({ ...document, body: bytes })];
}

function withoutBody(bson: Buffer): { rest: Buffer; body: Buffer | null } {
  for (const [type, nameAt, nameBytes, at, bytes] of onDemand.parseToElements(bson)) {
    if (type !== BSONType.object || bson.toString('latin1', nameAt, nameAt + nameBytes) !== 'body') continue;
    const rest = Buffer.concat([bson.subarray(0, nameAt - 1), bson.subarray(at + bytes)]);
    rest.writeInt32LE(rest.length);
    return { rest, body: bson.subarray(at, at + bytes) };
  }
  return { rest: bson, body: null };
}
