import type { mongo } from 'mongoose';
import type { WaitingEvent } from '../order/event.ts';
import { trustedEventId, trustedOrderKey, type EventId, type OrderKey } from '../order/identity.ts';
import { createBatcher } from '../system/batcher.ts';
import { bulkWrite } from './bulk-write.ts';
import { envelopeOf } from './envelope.ts';
import type { Journal } from './journal.ts';
import type { ReceiptDocument } from './receipt-schema.ts';
import { spooledOf, type Spooled } from './spool.ts';

/** A receipt without its event's body. */
export interface Receipt {
  event: EventId;
  order: OrderKey;
}

/**
 * The receipts of accepted events, with write concern majority and journal: with DURABILITY=both, an event is here and in
 * Redis before it is acknowledged (P2). Times are by the clock of the caller.
 */
export interface Receipts {
  /** An event that has a receipt keeps it unchanged. */
  put: (event: WaitingEvent, delivery: string | null) => Promise<void>;
  /** Those to look at now, the longest due first. */
  due: (limit: number) => Promise<Receipt[]>;
  read: (events: readonly EventId[]) => Promise<Spooled[]>;
  remove: (events: readonly EventId[]) => Promise<void>;
  /** Looks at them again later: the older a receipt, the later. */
  lookLater: (events: readonly EventId[]) => Promise<void>;
  /** Redis may have lost events: all receipts are due now. */
  allDue: () => Promise<void>;
}

const COLLECTION = 'receipts';
const BATCH = 100;
/** Nearly every event is in the journal by then. */
const FIRST_LOOK_MS = 5000;
/** Of a backlog of 100,000 events, 1,700 are looked at each second. */
const LATEST_LOOK_MS = 60_000;

export function createReceipts(
  client: mongo.MongoClient,
  database: string,
  now: () => number = Date.now,
): Receipts {
  const collection = client.db(database).collection<ReceiptDocument>(COLLECTION, { promoteBuffers: true });
  const insert = createBatcher<ReceiptDocument, undefined>(
    async (documents) => {
      const { namespace } = collection;
      const models = documents.map((document) => ({
        namespace,
        name: 'insertOne' as const,
        document: document as object,
      }));
      const written = await bulkWrite(client, models);
      return written.map(({ error, duplicateKey }) => (duplicateKey ? undefined : (error ?? undefined)));
    },
    { largest: BATCH, atATime: 2 },
  );
  return {
    put: (event, delivery) => insert(receiptOf(event, delivery, now())),
    due: async (limit) => {
      const projection = { order: 1 };
      const found = collection.find({ lookAt: { $lte: new Date(now()) } }, { projection });
      const receipts = await found.sort({ lookAt: 1 }).limit(limit).toArray();
      return receipts.map(({ _id, order }) => ({
        event: trustedEventId(_id),
        order: trustedOrderKey(order),
      }));
    },
    read: async (events) => {
      const found = await collection.find({ _id: { $in: [...events] } }).toArray();
      return found.map(spooledOf);
    },
    remove: async (events) => {
      await collection.deleteMany({ _id: { $in: [...events] } });
    },
    lookLater: async (events) => {
      const at = new Date(now());
      const age = { $subtract: [at, '$receivedAt'] };
      const waitMs = { $min: [LATEST_LOOK_MS, { $max: [FIRST_LOOK_MS, age] }] };
      const later = [{ $set: { lookAt: { $add: [at, waitMs] } } }];
      await collection.updateMany({ _id: { $in: [...events] } }, later);
    },
    allDue: async () => {
      const at = new Date(now());
      await collection.updateMany({ lookAt: { $gt: at } }, { $set: { lookAt: at } });
    },
  };
}

function receiptOf(event: WaitingEvent, delivery: string | null, now: number): ReceiptDocument {
  const lookAt = new Date(now + FIRST_LOOK_MS);
  return { ...envelopeOf(event), unreadable: event.unreadable, delivery, lookAt };
}

/** A journal that removes the receipts of what it wrote. If that fails, the receipt keeper does. */
export function withReceipts(journal: Journal, receipts: Pick<Receipts, 'remove'>): Journal {
  const remove = createBatcher<readonly EventId[], null>(
    async (all) => {
      await receipts.remove(all.flat());
      return all.map(() => null);
    },
    { largest: BATCH, mayWait: Infinity },
  );
  return {
    write: async (record) => {
      await journal.write(record);
      const written = [...record.ended, ...record.rejected].map(({ waiting }) => waiting.id);
      // The events are safe: their drains do not wait for it.
      remove(written).catch(() => undefined);
    },
  };
}
