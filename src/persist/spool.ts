import { mongo } from 'mongoose';
import type { WaitingEvent } from '../order/event.ts';
import type { EventId, OrderKey } from '../order/identity.ts';
import { coalesce } from '../system/coalesce.ts';
import { decompress } from '../system/payload.ts';
import { receivedOf } from './received.ts';
import type { SpoolDocument } from './spool-schema.ts';
import { writeAll } from './write-all.ts';

/** An event, and the fingerprint of its delivery: what a deposit takes. */
interface Spooled {
  event: WaitingEvent;
  delivery: string | null;
}

/**
 * Where events are kept that Redis cannot take now: majority and journal (P2). An event is in here once,
 * by its id; its deposit, later, is what tells it from one that Redis had taken after all (P3).
 */
export interface Spool {
  /** Answers when it was put there first, or null where this was the first time. */
  put: (spooled: Spooled) => Promise<Date | null>;
  /** By arrival. */
  oldest: (limit: number) => Promise<Spooled[]>;
  remove: (ids: EventId[]) => Promise<void>;
}

const BATCH = 100;
const COLLECTION = 'spool';

/** Over a plain client: ingest uses it, which starts and goes on whether MongoDB is there or not. */
export function spool(client: mongo.MongoClient, database: string): Spool {
  const collection = client.db(database).collection<SpoolDocument>(COLLECTION, { promoteBuffers: true });
  const namespace = `${database}.${COLLECTION}`;
  return {
    put: coalesce<Spooled, Date | null>(
      async (all) => {
        const documents = all.map(documentOf);
        const written = await writeAll(
          client,
          documents.map((document) => ({ namespace, name: 'insertOne', document: document as object })),
        );
        const again = documents.filter((_, i) => written[i]?.duplicateKey).map(({ _id }) => _id);
        const first = await receivedAts(collection, again);
        return written.map(({ error, duplicateKey }, i) => {
          if (error && !duplicateKey) return error;
          const document = documents[i];
          return duplicateKey && document ? (first.get(document._id) ?? document.receivedAt) : null;
        });
      },
      { largest: BATCH },
    ),
    oldest: async (limit) => {
      const found = await collection.find().sort({ receivedAt: 1, _id: 1 }).limit(limit).toArray();
      return found.map(spooledOf);
    },
    remove: async (ids) => {
      await collection.deleteMany({ _id: { $in: ids } });
    },
  };
}

async function receivedAts(
  collection: mongo.Collection<SpoolDocument>,
  ids: string[],
): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const found = await collection.find({ _id: { $in: ids } }, { projection: { receivedAt: 1 } }).toArray();
  return new Map(found.map(({ _id, receivedAt }) => [_id, receivedAt]));
}

function documentOf({ event, delivery }: Spooled): SpoolDocument {
  return { ...receivedOf(event), unreadable: event.unreadable, delivery };
}

function spooledOf(document: SpoolDocument): Spooled {
  const { _id, order, topic, webhookId, triggeredAt, receivedAt, unreadable, delivery, payload } = document;
  const event = {
    id: _id as EventId,
    order: order as OrderKey,
    topic,
    webhookId,
    triggeredAt,
    receivedAt: receivedAt.getTime(),
    unreadable,
    body: decompress(payload),
  };
  return { event, delivery };
}
