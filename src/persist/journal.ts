import type { mongo } from 'mongoose';
import type { Ended, Rejected, Settled } from '../order/decide.ts';
import { coalesce } from '../system/coalesce.ts';
import { causeOf } from './cause.ts';
import type { Collections } from './collections.ts';
import type { EventDocument } from './event-schema.ts';
import { afterReplay, parkedAnew, wasReplayed } from './journal-again.ts';
import { receivedOf, type Received } from './received.ts';
import { writeAll, type WriteModel, type Written } from './write-all.ts';

/** What a drain has to put down after its order was committed. */
interface Record extends Settled {
  now: number;
  /** Whose drain it was, and since when (ms since 1970) that had the order's lock. */
  by: { worker: string; lockedAt: number };
}

/** Writes the journal (P8) and the parked events (P7), many orders to a round trip. Safe to repeat. */
export interface Journal {
  write: (record: Record) => Promise<void>;
}

/** A write, and what follows where its entry is there already. */
interface Step {
  model: WriteModel;
  again: WriteModel[];
}

const BATCH = 100;

/**
 * An entry that is there was written by the drain before this one, and the first telling stays; unless it
 * tells of a parked event, which was replayed then. Only those cost a second round trip.
 */
export function journal(client: mongo.MongoClient, { events, parked }: Collections): Journal {
  const namespaces = {
    events: `${events.db.name}.${events.collection.collectionName}`,
    parked: `${parked.db.name}.${parked.collection.collectionName}`,
  };

  const stepsOf = ({ ended, rejected, now, by }: Record): Step[] => {
    const entries = ended.map((each) => {
      const entry = endedEntry(each, by);
      const again = [afterReplay(namespaces.events, entry), wasReplayed(namespaces.parked, entry._id)];
      return { model: insert(namespaces.events, entry), again };
    });
    const parks = rejected.flatMap((each) => {
      const entry = rejectedEntry(each, now, by);
      return [
        { model: insert(namespaces.events, entry), again: [parkedAnew(namespaces.events, entry)] },
        { model: park(namespaces.parked, each, receivedOf(each.waiting), now), again: [] },
      ];
    });
    return [...entries, ...parks];
  };

  return {
    write: coalesce<Record, undefined>(
      async (records) => {
        const all = records.map(stepsOf);
        const written = await writeAll(
          client,
          all.flat().map(({ model }) => model),
        );
        const following = all.map((steps) => {
          const answers = written.splice(0, steps.length);
          const again = steps.flatMap((step, i) => (answers[i]?.duplicateKey ? step.again : []));
          return { failure: failureAmong(answers), again };
        });
        const told = await writeAll(
          client,
          following.flatMap(({ again }) => again),
        );
        return following.map(({ failure, again }) => failureAmong(told.splice(0, again.length)) ?? failure);
      },
      { largest: BATCH },
    ),
  };
}

function failureAmong(written: Written[]): Error | undefined {
  return written.find((each) => each.error !== null && !each.duplicateKey)?.error ?? undefined;
}

function insert(namespace: string, document: EventDocument): WriteModel {
  return { namespace, name: 'insertOne', document: document as unknown as mongo.Document };
}

function endedEntry({ waiting, applied }: Ended<number | null>, by: Record['by']): EventDocument {
  return {
    ...receivedOf(waiting),
    occurredAt: new Date(applied.occurredAt),
    appliedAt: new Date(applied.appliedAt),
    outcome: applied.outcome,
    because: applied.because,
    ...(applied.notes && { notes: applied.notes }),
    sequence: applied.sequence,
    duplicates: 0,
    ...byOf(by),
  };
}

function rejectedEntry({ waiting, because }: Rejected, now: number, by: Record['by']): EventDocument {
  return {
    ...receivedOf(waiting),
    occurredAt: null,
    appliedAt: new Date(now),
    outcome: 'parked',
    because,
    sequence: null,
    duplicates: 0,
    ...byOf(by),
  };
}

function byOf({ worker, lockedAt }: Record['by']): Pick<EventDocument, 'worker' | 'lockedAt'> {
  return { worker, lockedAt: new Date(lockedAt) };
}

/** Routed anew by a replay, an event may be parked for another order than before. */
function park(
  namespace: string,
  { because, attempts }: Rejected,
  { _id, order, ...fields }: Received,
  now: number,
): WriteModel {
  const at = new Date(now);
  return {
    namespace,
    name: 'updateOne',
    filter: { _id } as object,
    update: {
      $setOnInsert: { ...fields, firstAt: at, replays: 0 },
      $set: { order, error: because, cause: causeOf(because), state: 'parked', attempts, lastAt: at },
    },
    upsert: true,
  };
}
