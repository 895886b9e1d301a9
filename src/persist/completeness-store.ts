import { randomUUID } from 'node:crypto';
import type { Collections } from './collections.ts';
import { equals } from './equals.ts';
import type { CompletenessDocument, Counted } from './completeness-schema.ts';

/** A request for a check. */
type AskedPeriod = Pick<CompletenessDocument, 'shop' | 'from' | 'to' | 'who' | 'reason'>;

/** A list, newest first, continues after this check. */
interface CheckMark {
  at: Date;
  id: string;
}

/** The records of completeness checks. A check changes only while it is open, so it ends once. */
export interface CompletenessStore {
  ask: (asked: AskedPeriod) => Promise<CompletenessDocument>;
  one: (id: string) => Promise<CompletenessDocument | null>;
  list: (
    shop: string | readonly string[] | undefined,
    before: CheckMark | null,
    limit: number,
  ) => Promise<CompletenessDocument[]>;
  /** Checks that are requested or running, oldest first. */
  open: () => Promise<CompletenessDocument[]>;
  /** Null if the check had already ended. */
  begin: (id: string) => Promise<CompletenessDocument | null>;
  done: (id: string, counted: Counted) => Promise<boolean>;
  failed: (id: string, because: string) => Promise<boolean>;
}

const OPEN = ['asked', 'running'] as const;
const OPEN_AT_ONCE = 100;
const UNCOUNTED: Counted = {
  zone: null,
  here: null,
  atShopify: null,
  deletedHere: null,
  testHere: null,
  testAtShopify: null,
  comparedAt: null,
  days: [],
  found: [],
  daysNotListed: 0,
};

export function createCompletenessStore(
  { completeness }: Pick<Collections, 'completeness'>,
  now: () => number,
): CompletenessStore {
  const end = async (id: string, fields: Partial<CompletenessDocument>) => {
    const ended = await completeness.updateOne(
      { _id: id, state: { $in: OPEN } },
      { $set: { ...fields, endedAt: new Date(now()) } },
    );
    return ended.matchedCount > 0;
  };
  return {
    ask: async (asked) => {
      const times = { askedAt: new Date(now()), startedAt: null, endedAt: null };
      const record = {
        _id: randomUUID(),
        ...asked,
        state: 'asked' as const,
        ...times,
        ...UNCOUNTED,
        because: null,
      };
      await completeness.create(record);
      return record;
    },
    one: (id) => completeness.findOne({ _id: id }).lean<CompletenessDocument>(),
    list: (shop, before, limit) =>
      completeness
        .find({
          ...equals({ shop }),
          ...(before
            ? { $or: [{ askedAt: { $lt: before.at } }, { askedAt: before.at, _id: { $lt: before.id } }] }
            : {}),
        })
        .sort({ askedAt: -1, _id: -1 })
        .limit(limit)
        .lean<CompletenessDocument[]>(),
    open: () =>
      completeness
        .find({ state: { $in: OPEN } })
        .sort({ askedAt: 1 })
        .limit(OPEN_AT_ONCE)
        .lean<CompletenessDocument[]>(),
    begin: async (id) => {
      await completeness.updateOne(
        { _id: id, state: 'asked' },
        { $set: { state: 'running', startedAt: new Date(now()) } },
      );
      return await completeness.findOne({ _id: id, state: 'running' }).lean<CompletenessDocument>();
    },
    done: (id, counted) => end(id, { ...counted, state: 'done' }),
    failed: (id, because) => end(id, { because, state: 'failed' }),
  };
}
