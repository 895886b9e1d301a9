import type { mongo } from 'mongoose';
import type { Ended, Rejected, Settled } from '../order/decide.ts';
import { orderNames } from '../order/order-names.ts';
import { causeOf } from './cause.ts';
import type { Collections } from './collections.ts';
import type { EventDocument } from './event-schema.ts';
import { afterReplay, parkedAgain, wasReplayed } from './replayed-entry.ts';
import { inLanes } from './lanes.ts';
import { countForNew, recountParked } from './parked-count.ts';
import { envelopeOf } from './envelope.ts';
import { lastCommit, outboxNamespace, insertCommit, RecentCommits, type OrderRecord } from './outbox.ts';
import { bulkWrite, type WriteModel, type Written } from './bulk-write.ts';

/** What a drain writes after it has committed its order. */
interface DrainRecord extends Settled {
  now: number;
  /** The worker that drained, and since when (ms since 1970) it has held the order's lock. */
  by: { worker: string; lockedAt: number };
  /** The commit of these events, for the change feed; null: they changed no order. */
  commit?: OrderRecord | null;
}

/**
 * Writes the journal (P8), the parked events (P7) and the outbox of the change feed, many orders per round trip. Safe to
 * repeat.
 */
export interface Journal {
  write: (record: DrainRecord) => Promise<void>;
}

/** A write, and the writes that follow if its entry already exists. */
interface JournalStep {
  model: WriteModel;
  again: WriteModel[];
}

/** A hundred bodies of 6 kB take 200 kB compressed. */
const LARGE_BYTES = 256 * 1024;

/**
 * If an entry already exists, an earlier drain wrote it, and it stays unchanged, unless the event was parked and has
 * since been replayed. Only existing entries cost a second round trip.
 * @param here learns which commits were inserted into the outbox
 */
export function createJournal(
  client: mongo.MongoClient,
  collections: Collections,
  here = new RecentCommits(),
): Journal {
  const { events, parked } = collections;
  const namespaces = {
    events: `${events.db.name}.${events.collection.collectionName}`,
    parked: `${parked.db.name}.${parked.collection.collectionName}`,
  };

  const outboxes = outboxNamespace(collections);

  const stepsOf = ({ ended, rejected, now, by, commit }: DrainRecord): JournalStep[] => {
    const entries = ended.map((each) => {
      const entry = endedEntry(each, by);
      const again = [afterReplay(namespaces.events, entry), wasReplayed(namespaces.parked, entry._id)];
      return { model: insert(namespaces.events, entry), again };
    });
    const parks = rejected.flatMap((each) => {
      const entry = rejectedEntry(each, now, by);
      return [
        { model: insert(namespaces.events, entry), again: [parkedAgain(namespaces.events, entry)] },
        { model: park(namespaces.parked, each, now), again: [] },
      ];
    });
    const outgoing = commit ? lastCommit(commit.order, commit.record, now) : [];
    const puts = outgoing.map((each) => ({ model: insertCommit(outboxes, each), again: [] }));
    return [...entries, ...parks, ...puts];
  };

  return {
    write: inLanes<DrainRecord, undefined>(isLarge, async (records) => {
      const all = records.map(stepsOf);
      const written = await bulkWrite(
        client,
        all.flat().map(({ model }) => model),
      );
      const following = all.map((steps, n) => {
        const answers = written.splice(0, steps.length);
        const again = steps.flatMap((step, i) => (answers[i]?.duplicateKey ? step.again : []));
        const failure = failureAmong(answers);
        const commit = records[n]?.commit;
        if (commit && !failure) here.add(commit);
        return { failure, again };
      });
      const outcomes = await bulkWrite(
        client,
        following.flatMap(({ again }) => again),
      );
      await recountParked(
        collections,
        records.flatMap((record, i) => changedIn(record, following[i]?.again)),
      );
      await countForNew(collections, records.flatMap(madeIn));
      return following.map(({ failure, again }) => failureAmong(outcomes.splice(0, again.length)) ?? failure);
    }),
  };
}

function isLarge({ ended, rejected }: DrainRecord): boolean {
  const bytes = [...ended, ...rejected].reduce(
    (sum, { waiting }) => sum + (waiting.payload ?? waiting.body).length,
    0,
  );
  return bytes > LARGE_BYTES;
}

/** Orders whose number of parked events may have changed. */
function changedIn({ ended, rejected }: DrainRecord, again: readonly WriteModel[] = []): string[] {
  return [...rejected, ...(again.length > 0 ? ended : [])].map(({ waiting }) => waiting.order);
}

/** Orders that were just created. Some of their events may have been parked earlier. */
function madeIn({ ended }: DrainRecord): string[] {
  return ended.filter(({ applied }) => applied.sequence === 1).map(({ waiting }) => waiting.order);
}

function failureAmong(written: Written[]): Error | undefined {
  return written.find((each) => each.error !== null && !each.duplicateKey)?.error ?? undefined;
}

function insert(namespace: string, document: EventDocument): WriteModel {
  return { namespace, name: 'insertOne', document: document as unknown as mongo.Document };
}

function endedEntry({ waiting, applied }: Ended<number | null>, by: DrainRecord['by']): EventDocument {
  return {
    ...envelopeOf(waiting),
    ...(waiting.isRedacted && { redactedAt: new Date(applied.appliedAt) }),
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

function rejectedEntry({ waiting, because }: Rejected, now: number, by: DrainRecord['by']): EventDocument {
  return {
    ...envelopeOf(waiting),
    occurredAt: null,
    appliedAt: new Date(now),
    outcome: 'parked',
    because,
    sequence: null,
    duplicates: 0,
    ...byOf(by),
  };
}

function byOf({ worker, lockedAt }: DrainRecord['by']): Pick<EventDocument, 'worker' | 'lockedAt'> {
  return { worker, lockedAt: new Date(lockedAt) };
}

/** A replay routes an event again, so it may now be parked under another order. */
function park(namespace: string, { because, attempts, waiting }: Rejected, now: number): WriteModel {
  const { _id, order, ...fields } = envelopeOf(waiting);
  const calledBy = orderNames(waiting);
  const at = new Date(now);
  return {
    namespace,
    name: 'updateOne',
    filter: { _id } as object,
    update: {
      $setOnInsert: { ...fields, firstAt: at, replays: 0 },
      $set: {
        order,
        calledBy,
        error: because,
        cause: causeOf(because),
        state: 'parked',
        attempts,
        lastAt: at,
      },
    },
    upsert: true,
  };
}
