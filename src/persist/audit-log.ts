import type { Model } from 'mongoose';
import { BEGINNING, ChainCheck, hashOf, sealOf } from './audit-chain.ts';
import type { AuditDocument } from './audit-schema.ts';

/** What somebody is about to do. */
export interface Act {
  action: string;
  target: string;
  who: string;
  role: 'none' | 'viewer' | 'operator' | 'admin';
  reason: string | null;
}

/**
 * Who did what, and why: append-only, numbered without gaps, each entry chained to the one before it. An act is
 * written down before it is done, so the process that dies in the middle leaves `begun`: look whether it was done.
 */
export interface AuditLog {
  /** Written before the act. @returns its number @throws where MongoDB does not take it: then nothing is done */
  begin: (act: Act) => Promise<number>;
  /** How it ended. Does not throw: the act is done, and an entry that stays `begun` says so. */
  end: (entry: number, outcome: 'done' | 'refused' | 'failed', detail: string | null) => Promise<void>;
}

/** Appends that lose the race for a number against other processes try again; so many at once are no people. */
const TRIES = 100;
const DUPLICATE_KEY = 11_000;
/** What is kept of an outcome's words. */
const DETAIL_LENGTH = 1000;

/** @param onUnsealed told where the end of an act could not be written */
export function auditLog(audit: Model<AuditDocument>, onUnsealed: (error: unknown) => void): AuditLog {
  const append = async (act: Act): Promise<AuditDocument> => {
    for (let again = 0; again < TRIES; again += 1) {
      const last = await audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
      const entry = entryAfter(last, act);
      try {
        await audit.create(entry);
        return entry;
      } catch (error) {
        // Another process took the number: the next one follows it.
        if (!(error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY)) throw error;
      }
    }
    throw new Error(`the audit could not be appended to: ${TRIES} others were quicker`);
  };
  /** One after the other here; only processes race. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    begin: async (act) => {
      const appended = last.catch(() => undefined).then(() => append(act));
      last = appended;
      return (await appended)._id;
    },
    end: async (number, outcome, words) => {
      try {
        const detail = words?.slice(0, DETAIL_LENGTH) ?? null;
        const begun = await audit.findOne({ _id: number }, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
        if (!begun) throw new Error(`the audit has no entry ${number}`);
        const sealed = sealOf(begun.hash, outcome, detail);
        await audit.updateOne({ _id: number, outcome: 'begun' }, { $set: { outcome, detail, sealed } });
      } catch (error) {
        onUnsealed(error);
      }
    },
  };
}

function entryAfter(last: AuditDocument | null, act: Act): AuditDocument {
  const said = { _id: (last?._id ?? 0) + 1, at: new Date(), ...act };
  const hash = hashOf(said, last?.hash ?? BEGINNING);
  return { ...said, hash, outcome: 'begun', detail: null, sealed: null };
}

export interface AuditFilter {
  action?: string | undefined;
  who?: string | undefined;
  target?: string | undefined;
  /** Only entries since; ms since 1970. */
  since?: number | undefined;
  /** The number after which to go on, backwards. */
  before?: number | undefined;
  limit: number;
}

/** Reads the audit, newest first: every filter has an index that ends in the number. */
export async function readAudit(
  audit: Model<AuditDocument>,
  { since = 0, before, limit, ...filter }: AuditFilter,
): Promise<{ entries: AuditDocument[]; last: number | null }> {
  const found = await audit
    .find({ ...conditionsOf(filter), ...(before === undefined ? {} : { _id: { $lt: before } }) })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean<AuditDocument[]>();
  // Numbers and times run alike: the first that is too old ends the list.
  const tooOld = found.findIndex(({ at }) => at.getTime() < since);
  const entries = found.slice(0, tooOld === -1 ? limit : Math.min(tooOld, limit));
  const isEnd = entries.length === found.length || tooOld === entries.length;
  return { entries, last: isEnd ? null : (entries.at(-1)?._id ?? null) };
}

/** Every value is a checked string: nothing that a request sends becomes an operator. */
function conditionsOf(filter: Record<string, string | undefined>): Record<string, { $eq: string }> {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, { $eq: value }]));
}

/** Entries read from MongoDB at a time. */
const CHECKED_AT_A_TIME = 1000;

/** Goes over all of the audit, a page at a time. */
export async function checkAudit(audit: Model<AuditDocument>): Promise<ChainCheck> {
  const check = new ChainCheck();
  let last = 0;
  for (;;) {
    const page = await audit
      .find({ _id: { $gt: last } })
      .sort({ _id: 1 })
      .limit(CHECKED_AT_A_TIME)
      .lean<AuditDocument[]>();
    for (const entry of page) check.next(entry);
    if (page.length < CHECKED_AT_A_TIME) return check;
    last = page.at(-1)?._id ?? last;
  }
}
