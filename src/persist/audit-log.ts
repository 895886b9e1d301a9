import type { Model } from 'mongoose';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import type { AuditedRole } from '../system/roles.ts';
import { TooSlow, within } from '../system/within.ts';
import { BEGINNING, ChainCheck, hashOf, sealOf } from './audit-chain.ts';
import type { AuditSigner, Head } from './audit-signer.ts';
import type { AuditDocument } from './audit-schema.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { equals } from './equals.ts';

/** An action that someone is about to perform. */
export interface Act {
  action: string;
  target: string;
  who: string;
  role: AuditedRole;
  reason: string | null;
  /** The token's id, and the id of the token it was derived from. Absent if the caller was not identified. */
  token?: string;
  root?: string;
}

/**
 * Who did what, and why: append-only, numbered without gaps, each entry chained to the one before it. An action is
 * recorded before it is carried out, so a process that dies in between leaves `begun`; {@link markBrokenOff} ends it.
 */
export interface AuditLog {
  /**
   * Records an action before it is carried out. @returns the entry's number
   * @throws when MongoDB does not write it within 3 s: do not carry out the action. A late write is sealed as failed.
   */
  begin: (act: Act) => Promise<number>;
  /** Records how an action ended. Does not throw: the action is done, and its entry stays `begun` if this fails. */
  end: (entry: number, outcome: ActionEnd['outcome'], detail: string | null) => Promise<void>;
  /** Records a refused action. Other actions never wait for it. Does not throw: the action is refused even if this fails. */
  refused: (act: Act, why: string) => Promise<void>;
}

interface ActionEnd {
  outcome: 'done' | 'refused' | 'failed';
  detail: string | null;
}

/** Within this time the caller learns that a change has begun, or that it has not and never will. */
const WRITE_TIMEOUT_MS = 3000;
const NOT_DONE = 'not done: the audit entry was written too late';

/** An append that loses the race for a number to another process is retried. People cannot cause so many at once. */
const TRIES = 100;
/** Characters kept of an outcome's detail: the answer, and which events it was about. */
const DETAIL_LENGTH = 2000;

/** @param log told when the end of an action, or a refusal, could not be written */
export function createAuditLog(audit: Model<AuditDocument>, log: Pick<Logger, 'error'>): AuditLog {
  const onUnsealed = (error: unknown) =>
    log.error({ because: messageOf(error) }, "an action's outcome was not written to the audit log");
  /** Each line writes one entry at a time, so only lines and processes compete for a number. */
  const lines = { acts: Promise.resolve(), refusals: Promise.resolve() };
  /** A refusal starts when no action is in progress: an action competes with at most one refusal and waits for none. */
  const untilNoActs = async () => {
    let last;
    do await (last = lines.acts);
    while (last !== lines.acts);
  };
  const inLine = (line: keyof typeof lines, act: Act, ended: ActionEnd | null) => {
    const due = performance.now() + WRITE_TIMEOUT_MS;
    const turn = line === 'acts' ? lines.acts : lines.refusals.then(untilNoActs);
    const written = turn.then(() => append(audit, act, ended, due));
    const inTime = within(written, WRITE_TIMEOUT_MS);
    lines[line] = inTime.then(
      () => undefined,
      () => undefined,
    );
    return { written, inTime };
  };
  const end: AuditLog['end'] = async (number, outcome, detail) => {
    await within(seal(audit, number, { outcome, detail }), WRITE_TIMEOUT_MS).catch(onUnsealed);
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

/** @param due by performance.now(): nothing is sent after this time */
async function append(
  audit: Model<AuditDocument>,
  act: Act,
  ended: ActionEnd | null,
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
      if (!isDuplicateKey(error)) throw error;
    }
  }
  throw new Error(`could not append to the audit log: other writers took the next number ${TRIES} times`);
}

async function seal(audit: Model<AuditDocument>, number: number, ended: ActionEnd): Promise<void> {
  const begun = await audit.findOne({ _id: number }, { hash: 1 }).lean<Pick<AuditDocument, 'hash'>>();
  if (!begun) throw new Error(`the audit log has no entry ${number}`);
  await audit.updateOne({ _id: number, outcome: 'begun' }, { $set: endingOf(begun.hash, ended) });
}

/** An action ends within a minute: each of its few steps ends in 15 s. Clocks of programs may differ by 5 minutes. */
const BROKEN_OFF_MS = 600_000;
const BROKEN_OFF = {
  outcome: 'failed',
  detail:
    'interrupted: no outcome was recorded within 10 minutes, so the program died or MongoDB was down. ' +
    'The action may have been carried out: check before you repeat it',
} as const;

/**
 * Ends actions that a dead process left `begun`. Final, like every end: entries that ended are signed.
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

function entryAfter(last: AuditDocument | null, act: Act, ended: ActionEnd | null): AuditDocument {
  const said = { _id: (last?._id ?? 0) + 1, at: new Date(), ...act };
  const hash = hashOf(said, last?.hash ?? BEGINNING);
  const ending = ended ? endingOf(hash, ended) : { outcome: 'begun' as const, detail: null, sealed: null };
  return { ...said, hash, ...ending };
}

function endingOf(hash: string, { outcome, detail: words }: ActionEnd) {
  const detail = words?.slice(0, DETAIL_LENGTH) ?? null;
  return { outcome, detail, sealed: sealOf(hash, outcome, detail) };
}

export interface AuditFilter {
  action?: string | undefined;
  who?: string | undefined;
  target?: string | undefined;
  /** Only entries since this time; ms since 1970. */
  since?: number | undefined;
  /** Only entries with lower numbers, to continue a list. */
  before?: number | undefined;
  limit: number;
}

/** Reads the audit log, newest first. Every filter has an index that ends in the number. */
export async function readAudit(
  audit: Model<AuditDocument>,
  { since = 0, before, limit, ...filter }: AuditFilter,
): Promise<{ entries: AuditDocument[]; last: number | null }> {
  const found = await audit
    .find({ ...equals(filter), ...(before === undefined ? {} : { _id: { $lt: before } }) })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean<AuditDocument[]>();
  // Numbers and times ascend together: the first entry that is too old ends the list.
  const tooOld = found.findIndex(({ at }) => at.getTime() < since);
  const entries = found.slice(0, tooOld === -1 ? limit : Math.min(tooOld, limit));
  const isEnd = entries.length === found.length || tooOld === entries.length;
  return { entries, last: isEnd ? null : (entries.at(-1)?._id ?? null) };
}

/** Entries read from MongoDB at a time. */
const CHECKED_AT_A_TIME = 1000;

/** Checks the whole audit log, a page at a time. @param signer has already signed the entries that ended */
export async function checkAudit(
  audit: Model<AuditDocument>,
  signer: AuditSigner | null = null,
  given: Head | null = null,
): Promise<ChainCheck> {
  const heads = [signer?.head ?? null, given].filter((head) => head !== null);
  const witness = {
    verdict: (entry: AuditDocument) => signer?.verdict(entry) ?? null,
    heads: new Map(heads.map(({ number, hash }) => [number, hash])),
  };
  const check = new ChainCheck(witness);
  let last = 0;
  for (;;) {
    const page = await audit
      .find({ _id: { $gt: last } })
      .sort({ _id: 1 })
      .limit(CHECKED_AT_A_TIME)
      .lean<AuditDocument[]>();
    for (const entry of page) check.next(entry);
    if (page.length < CHECKED_AT_A_TIME) {
      check.end();
      return check;
    }
    last = page.at(-1)?._id ?? last;
  }
}
