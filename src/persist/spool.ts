import { mongo } from 'mongoose';
import type { WaitingEvent } from '../order/event.ts';
import type { EventId } from '../order/identity.ts';
import { createBatcher } from '../system/batcher.ts';
import { bodyOr } from '../system/payload.ts';
import { envelopeOf, waitingOf } from './envelope.ts';
import type { SpoolDocument } from './spool-schema.ts';
import { bulkWrite } from './bulk-write.ts';

/** An event, and the fingerprint of its delivery: the input of a deposit. */
export interface Spooled {
  event: WaitingEvent;
  delivery: string | null;
}

/** The same at arrival. An identical body that was triggered at another time is stored under `repeatId`, if it has one. */
interface Spooling extends Spooled {
  repeatId?: (() => EventId | null) | undefined;
}

/** The id under which an event is stored; `firstSeenAt` is set if it was already there. */
interface SpooledId {
  event: EventId;
  firstSeenAt: Date | null;
}

/**
 * Stores events that Redis cannot take now, with write concern majority and journal (P2). Each event is in the spool
 * once, by its id. If Redis had taken it after all, its later deposit recognises the duplicate (P3).
 */
export interface Spool {
  put: (spooling: Spooling) => Promise<SpooledId>;
  /** In order of arrival. An unreadable payload is passed on unchanged: its drain handles it. */
  oldest: (limit: number) => Promise<Spooled[]>;
  remove: (ids: EventId[]) => Promise<void>;
}

const BATCH = 100;
const COLLECTION = 'spool';

/** Uses a plain client for ingest, which starts and runs whether MongoDB is up or not. */
export function createSpool(client: mongo.MongoClient, database: string): Spool {
  const collection = client.db(database).collection<SpoolDocument>(COLLECTION, { promoteBuffers: true });
  return {
    put: createBatcher<Spooling, SpooledId>((all) => putAll(client, collection, all), { largest: BATCH }),
    oldest: async (limit) => {
      const found = await collection.find().sort({ receivedAt: 1, _id: 1 }).limit(limit).toArray();
      return found.map(spooledOf);
    },
    remove: async (ids) => {
      await collection.deleteMany({ _id: { $in: ids } });
    },
  };
}

type SpoolCollection = mongo.Collection<SpoolDocument>;

async function putAll(
  client: mongo.MongoClient,
  collection: SpoolCollection,
  all: Spooling[],
): Promise<(SpooledId | Error)[]> {
  const { namespace } = collection;
  const documents = all.map(documentOf);
  const models = documents.map((document) => ({
    namespace,
    name: 'insertOne' as const,
    document: document as object,
  }));
  const written = await bulkWrite(client, models);
  const again = documents.filter((_, i) => written[i]?.duplicateKey).map(({ _id }) => _id);
  const first = await firstOf(collection, again);
  const putAgain = async (spooling: Spooling): Promise<SpooledId | Error> => {
    const before = first.get(spooling.event.id) ?? null;
    const other = asRepeat(spooling, before);
    if (!other) return { event: spooling.event.id, firstSeenAt: before?.receivedAt ?? new Date() };
    const [kept] = await putAll(client, collection, [other]);
    return kept ?? new Error('nothing was written');
  };
  return await Promise.all(
    all.map(async (spooling, i) => {
      const { error = null, duplicateKey = false } = written[i] ?? {};
      if (duplicateKey) return await putAgain(spooling);
      return error ?? { event: spooling.event.id, firstSeenAt: null };
    }),
  );
}

/** Very rare: an order that was changed back within a second, while Redis is down. Null if it is the same event. */
function asRepeat({ event, delivery, repeatId }: Spooling, before: First | null): Spooling | null {
  if (!before || before.triggeredAt === event.triggeredAt) return null;
  const id = repeatId?.() ?? event.id;
  return id === event.id ? null : { event: { ...event, id }, delivery };
}

type First = Pick<SpoolDocument, 'receivedAt' | 'triggeredAt'>;

async function firstOf(collection: SpoolCollection, ids: string[]): Promise<Map<string, First>> {
  if (ids.length === 0) return new Map();
  const projection = { receivedAt: 1, triggeredAt: 1 };
  const found = await collection.find({ _id: { $in: ids } }, { projection }).toArray();
  return new Map(found.map((document) => [document._id, document]));
}

function documentOf({ event, delivery }: Spooled): SpoolDocument {
  return { ...envelopeOf(event), unreadable: event.unreadable, delivery };
}

export function spooledOf(document: SpoolDocument): Spooled {
  const { unreadable, delivery, payload } = document;
  return { event: { ...waitingOf(document), unreadable, body: bodyOr(payload), payload }, delivery };
}
