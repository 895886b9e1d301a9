import type { mongo } from 'mongoose';
import type { Ended, Rejected } from '../order/decide.ts';
import { coalesce } from './coalesce.ts';
import type { Collections } from './collections.ts';
import type { EventDocument } from './event-schema.ts';
import { receivedOf, type Received } from './received.ts';
import { writeAll, type WriteModel, type Written } from './write-all.ts';

/** What a drain has to put down after its order was committed. */
interface Record {
  ended: Ended[];
  rejected: Rejected[];
  now: number;
}

/** Writes the journal (P8) and the parked events (P7), many orders to a round trip. Safe to repeat. */
export interface Journal {
  write: (record: Record) => Promise<void>;
}

const BATCH = 100;

export function journal(client: mongo.MongoClient, { events, parked }: Collections): Journal {
  const eventsNamespace = `${events.db.name}.${events.collection.collectionName}`;
  const parkedNamespace = `${parked.db.name}.${parked.collection.collectionName}`;

  const modelsOf = async ({ ended, rejected, now }: Record): Promise<WriteModel[]> => {
    const entries = ended.map(async (each) => insert(eventsNamespace, await endedEntry(each)));
    const parks = rejected.map(async (each) => {
      const received = await receivedOf(each.waiting);
      return [
        insert(eventsNamespace, rejectedEntry(each, received, now)),
        park(parkedNamespace, each, received, now),
      ];
    });
    return (await Promise.all([...entries, ...parks])).flat();
  };

  return {
    write: coalesce<Record, undefined>(async (records) => {
      const models = await Promise.all(records.map(modelsOf));
      const written = await writeAll(client, models.flat());
      return models.map(({ length }) => failureAmong(written.splice(0, length)));
    }, BATCH),
  };
}

/** An entry that is there was written by the drain before this one; the first telling stays. */
function failureAmong(written: Written[]): Error | undefined {
  return written.find((each) => each.error !== null && !each.duplicateKey)?.error ?? undefined;
}

function insert(namespace: string, document: EventDocument): WriteModel {
  return { namespace, name: 'insertOne', document: document as unknown as mongo.Document };
}

async function endedEntry({ waiting, applied }: Ended): Promise<EventDocument> {
  return {
    ...(await receivedOf(waiting)),
    occurredAt: new Date(applied.occurredAt),
    appliedAt: new Date(applied.appliedAt),
    outcome: applied.outcome,
    because: applied.because,
    sequence: applied.sequence,
    duplicates: 0,
  };
}

function rejectedEntry({ because }: Rejected, received: Received, now: number): EventDocument {
  return {
    ...received,
    occurredAt: null,
    appliedAt: new Date(now),
    outcome: 'parked',
    because,
    sequence: null,
    duplicates: 0,
  };
}

function park(
  namespace: string,
  { because, attempts }: Rejected,
  { _id, ...fields }: Received,
  now: number,
): WriteModel {
  const at = new Date(now);
  return {
    namespace,
    name: 'updateOne',
    filter: { _id } as object,
    update: {
      $setOnInsert: { ...fields, firstAt: at },
      $set: { error: because, state: 'parked', attempts, lastAt: at },
    },
    upsert: true,
  };
}
