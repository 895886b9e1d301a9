import { byIndex } from '../../persist/by-index.ts';
import type { Collections } from '../../persist/collections.ts';
import { equals } from '../../persist/equals.ts';
import { RARE_OUTCOMES } from '../../persist/event-schema.ts';
import { markCursor, readMarkCursor, type Mark } from '../cursors.ts';
import type { EventExportQuery, ExportRow } from '../shapes/exports.ts';
import type { Duplicates } from './duplicates.ts';
import type { Batch, ReadBatch } from './export-batch.ts';
import { eventSummary, type JournalEntry } from './views.ts';

interface JournalTools {
  events: Collections['events'];
  duplicates: Duplicates;
  /** Entries read at once; a test reads fewer. */
  atOnce?: number;
}

const ENTRIES = 500;

interface Filter extends Omit<EventExportQuery, 'after' | 'shop'> {
  shop?: string | readonly string[] | undefined;
}

/**
 * One row for each journal entry, by `appliedAt`, newest first. The indexes are sorted by time alone, and many entries
 * have the same millisecond: if a page ends within a millisecond, its entries have been sorted by id.
 */
export function eventBatches(
  { events, duplicates, atOnce = ENTRIES }: JournalTools,
  query: Filter,
): ReadBatch {
  const { index, conditions } = planOf(query);
  const read = (time: object, sort: Record<string, -1>) =>
    byIndex(index, (hint) =>
      events
        .find({ ...conditions, ...time }, { payload: 0 })
        .sort(sort)
        .setOptions(hint)
        .limit(atOnce)
        .lean<JournalEntry[]>(),
    );
  return async (cursor) => {
    const mark = readMarkCursor(cursor);
    const begun = mark === null ? [] : await read(withinMs(mark), { _id: -1 });
    const full = begun.length === atOnce;
    const older = full ? [] : await read(olderThan(mark, query), { appliedAt: -1 });
    const { entries, next } = full ? { entries: begun, next: markAt(begun) } : pageOf(begun, older, atOnce);
    return await batchOf(entries, next, duplicates);
  };
}

/** The narrowest index, as in the search for events (event-search.ts). */
function planOf({ shop, topic, outcome }: Filter) {
  const conditions = equals({ shop, topic, outcome });
  const rare = RARE_OUTCOMES.some((each) => each === outcome);
  const first = rare ? 'outcome' : shop !== undefined ? 'shop' : topic === undefined ? null : 'topic';
  const index: Record<string, 1> = first === null ? { appliedAt: 1 } : { [first]: 1, appliedAt: 1 };
  return { index, conditions };
}

/** The rest of the mark's millisecond. */
function withinMs({ at, event }: Mark): object {
  return { appliedAt: at, ...(event !== null && { _id: { $lt: event } }) };
}

function olderThan(mark: Mark | null, { from, to }: Filter): object {
  const before = Math.min(mark?.at.getTime() ?? Infinity, to ?? Infinity);
  const range = {
    ...(from === undefined ? {} : { $gte: new Date(from) }),
    ...(before === Infinity ? {} : { $lt: new Date(before) }),
  };
  return Object.keys(range).length > 0 ? { appliedAt: range } : {};
}

/** A full page may have only a part of its last millisecond, in any order: the next page starts with that one. */
function pageOf(begun: JournalEntry[], older: JournalEntry[], atOnce: number) {
  if (older.length < atOnce) return { entries: [...begun, ...older], next: null };
  const lastMs = timeOf(older.at(-1));
  const next: Mark = { at: new Date(lastMs), event: null };
  return { entries: [...begun, ...older.filter((entry) => timeOf(entry) !== lastMs)], next };
}

function markAt(entries: JournalEntry[]): Mark | null {
  const last = entries.at(-1);
  return last ? { at: last.appliedAt, event: last._id } : null;
}

async function batchOf(entries: JournalEntry[], next: Mark | null, duplicates: Duplicates): Promise<Batch> {
  const counts = await duplicates(
    entries.map(({ _id: event, order, duplicates: known }) => ({ event, order, duplicates: known })),
  );
  const rows = entries.map((entry, i) => ({ ...rowOf(entry), duplicates: counts[i] ?? null }));
  return { rows, next: markCursor(next) ?? undefined };
}

const TIMES = ['receivedAt', 'appliedAt'] as const;

function rowOf(entry: JournalEntry): ExportRow {
  const damage = TIMES.filter((name) => !(entry[name] instanceof Date)).map(
    (name) => `event.${name}: expected a time`,
  );
  if (damage.length === 0) return { ...eventSummary(entry), damage };
  const { _id: event, shop, order, topic, outcome } = entry;
  return { event, shop, order, topic, outcome, damage };
}

function timeOf(entry: JournalEntry | undefined): number {
  return entry?.appliedAt instanceof Date ? entry.appliedAt.getTime() : 0;
}
