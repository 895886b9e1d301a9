import type { mongo } from 'mongoose';
import type { Ended, Rejected } from '../order/decide.ts';
import { coalesce } from '../system/coalesce.ts';
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

  const modelsOf = ({ ended, rejected, now }: Record): WriteModel[] => {
    const entries = ended.map((each) => insert(eventsNamespace, endedEntry(each)));
    const parks = rejected.flatMap((each) => {
      const received = receivedOf(each.waiting);
      return [
        insert(eventsNamespace, rejectedEntry(each, received, now)),
        park(parkedNamespace, each, received, now),
      ];
    });
    return [...entries, ...parks];
  };

  return {
    write: coalesce<Record, undefined>(
      async (records) => {
        const models = records.map(modelsOf);
        const written = await writeAll(client, models.flat());
        return models.map(({ length }) => failureAmong(written.splice(0, length)));
      },
      { largest: BATCH },
    ),
  };
}

/** An entry that is there was written by the drain before this one; the first telling stays. */
function failureAmong(written: Written[]): Error | undefined {
  return written.find((each) => each.error !== null && !each.duplicateKey)?.error ?? undefined;
}

function insert(namespace: string, document: EventDocument): WriteModel {
  return { namespace, name: 'insertOne', document: document as unknown as mongo.Document };
}

function endedEntry({ waiting, applied }: Ended): EventDocument {
  return {
    ...receivedOf(waiting),
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
