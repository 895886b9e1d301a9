import type { Model } from 'mongoose';
import { TooSlow, within } from '../system/within.ts';
import { BEGINNING, ChainCheck, hashOf, sealOf } from './audit-chain.ts';
import type { AuditDocument } from './audit-schema.ts';

/** What somebody is about to do. */
export interface Act {
  action: string;
  target: string;
  who: string;
  role: 'none' | 'viewer' | 'operator' | 'admin';
  reason: string | null;
  /** The token's id, and what it comes from; none where somebody could not say who they are. */
  token?: string;
  root?: string;
}

/**
 * Who did what, and why: append-only, numbered without gaps, each entry chained to the one before it. An act is
 * written down before it is done, so the process that dies in the middle leaves `begun`; {@link markBrokenOff} ends it.
 */
export interface AuditLog {
  /**
   * Written before the act. @returns its number
   * @throws where MongoDB does not take it in 3 s: then nothing is done. What it takes later still is sealed as failed.
   */
  begin: (act: Act) => Promise<number>;
  /** How it ended. Does not throw: the act is done, and an entry that stays `begun` says so. */
  end: (entry: number, outcome: Ended['outcome'], detail: string | null) => Promise<void>;
  /** What was not even begun. No act waits for it. Does not throw: it is refused, also where that is not written. */
  refused: (act: Act, why: string) => Promise<void>;
}

interface Ended {
  outcome: 'done' | 'refused' | 'failed';
  detail: string | null;
}

/** Whoever asks for a change hears in this time that it is begun, or that it is not and will not be. */
const PATIENCE_MS = 3000;
const NOT_DONE = 'not done: the audit took it too late';

/** Appends that lose the race for a number against other processes try again; so many at once are no people. */
const TRIES = 100;
const DUPLICATE_KEY = 11_000;
/** What is kept of an outcome's words: an answer's, and which events it was about. */
const DETAIL_LENGTH = 2000;

/** @param onUnsealed told where the end of an act, or a refusal, could not be written */
export function auditLog(audit: Model<AuditDocument>, onUnsealed: (error: unknown) => void): AuditLog {
  /** One after the other in each line here; only lines and processes race for a number. */
  const lines = { acts: Promise.resolve(), refusals: Promise.resolve() };
  /** A refusal begins when no act is under way: an act meets one of them at most, and waits for none. */
  const untilNoActs = async () => {
    let last;
    do await (last = lines.acts);
    while (last !== lines.acts);
  };
  const inLine = (line: keyof typeof lines, act: Act, ended: Ended | null) => {
    const due = performance.now() + PATIENCE_MS;
    const turn = line === 'acts' ? lines.acts : lines.refusals.then(untilNoActs);
    const written = turn.then(() => append(audit, act, ended, due));
    const inTime = within(written, PATIENCE_MS);
    lines[line] = inTime.then(
      () => undefined,
      () => undefined,
    );
    return { written, inTime };
  };
  const end: AuditLog['end'] = async (number, outcome, detail) => {
    await within(seal(audit, number, { outcome, detail }), PATIENCE_MS).catch(onUnsealed);
  };
  return {
    begin: async (act) => {
      const { written, inTime } = inLine('acts', act, null);
      try {
        return await inTime;
      } catch (error) {
        written.then(
          (late) => end(late, 'failed', NOT_DONE),
          () => undefined,
        );
        throw error;
      }
    },
    end,
    refused: async (act, why) => {
      await inLine('refusals', act, { outcome: 'refused', detail: why }).inTime.catch(onUnsealed);
    },
  };
}

/** @param due by performance.now(): nothing is written that was not sent by then */
async function append(
  audit: Model<AuditDocument>,
  act: Act,
  ended: Ended | null,
  due: number,
): Promise<number> {
  for (let again = 0; again < TRIES; again += 1) {
    const last = await audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
    if (performance.now() > due) throw new TooSlow();
    const entry = entryAfter(last, act, ended);
    try {
      await audit.create(entry);
      return entry._id;
    } catch (error) {
      // Another process took the number: the next one follows it.
      if (!(error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY)) throw error;
    }
  }
  throw new Error(`the audit could not be appended to: ${TRIES} others were quicker`);
}

async function seal(audit: Model<AuditDocument>, number: number, ended: Ended): Promise<void> {
  const begun = await audit.findOne({ _id: number }, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
  if (!begun) throw new Error(`the audit has no entry ${number}`);
  const open = { _id: number, $or: [{ outcome: 'begun' as const }, BROKEN_OFF] };
  await audit.updateOne(open, { $set: endingOf(begun.hash, ended) });
}

/** An act has ended by then: each step of it ends in 15 s, or its server is down. */
const BROKEN_OFF_MS = 60_000;
const BROKEN_OFF = {
  outcome: 'failed',
  detail:
    'broken off: no end was written within a minute, so its program died or MongoDB was down. ' +
    'It may have been done: check before you repeat it',
} as const;

/**
 * Ends what a process that died left `begun`. Whoever is slower than that, and alive, still writes the true end.
 * @param continued actions that another process continues
 * @returns how many it ended
 */
export async function markBrokenOff(
  audit: Model<AuditDocument>,
  continued: readonly string[],
  now: Date,
): Promise<number> {
  const at = { $lt: new Date(now.getTime() - BROKEN_OFF_MS) };
  const left = await audit
    .find({ outcome: 'begun', at, action: { $nin: [...continued] } }, { hash: 1 })
    .limit(TRIES)
    .lean<Pick<AuditDocument, '_id' | 'hash'>[]>();
  let marked = 0;
  for (const { _id, hash } of left) {
    const ending = { $set: endingOf(hash, BROKEN_OFF) };
    marked += (await audit.updateOne({ _id, outcome: 'begun' }, ending)).modifiedCount;
  }
  return marked;
}

function entryAfter(last: AuditDocument | null, act: Act, ended: Ended | null): AuditDocument {
  const said = { _id: (last?._id ?? 0) + 1, at: new Date(), ...act };
  const hash = hashOf(said, last?.hash ?? BEGINNING);
  const ending = ended ? endingOf(hash, ended) : { outcome: 'begun' as const, detail: null, sealed: null };
  return { ...said, hash, ...ending };
}

function endingOf(hash: string, { outcome, detail: words }: Ended) {
  const detail = words?.slice(0, DETAIL_LENGTH) ?? null;
  return { outcome, detail, sealed: sealOf(hash, outcome, detail) };
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
