import type { Collections } from './collections.ts';
import { HANDLER_PREFIX } from './destination-schema.ts';
import type { EffectDocument } from './effect-schema.ts';
import { askForUndo, type NoUndo } from './effect-undo.ts';
import { equals } from './equals.ts';
import { endSteps, reopenSteps, stepsWithoutResults } from './handler-step-store.ts';
import type { HandlerStepDocument } from './handler-step-schema.ts';

/** Which effects; all conditions must hold. */
export interface EffectFilter {
  ids?: readonly string[] | undefined;
  /** One or several. */
  destination?: string | readonly string[] | undefined;
  order?: string | undefined;
  state?: string | undefined;
  /** One or several. */
  shop?: string | readonly string[] | undefined;
}

/** A position in the list of effects, newest first. */
interface EffectMark {
  at: Date;
  id: string;
}

/** What operators see of effects and do to them. */
export interface EffectActs {
  /** Newest first. */
  list: (filter: EffectFilter, after: EffectMark | null, limit: number) => Promise<EffectDocument[]>;
  /** The newest of an order, in sequence. */
  ofOrder: (order: string, limit: number) => Promise<EffectDocument[]>;
  one: (id: string) => Promise<EffectDocument | null>;
  /** What its handler has done, without results. */
  stepsOf: (id: string) => Promise<HandlerStepDocument[]>;
  /** Effects that a replay would schedule again, or a skip would end. */
  countReplayable: (filter: EffectFilter) => Promise<number>;
  countSkippable: (filter: EffectFilter) => Promise<number>;
  /** Schedules effects again from their first attempt. @returns their lanes, which must be woken */
  replay: (
    filter: EffectFilter,
    at: Date,
  ) => Promise<Pick<EffectDocument, 'destination' | 'order' | 'topic'>[]>;
  /** Asks for the steps of a handler to be undone. @returns why they cannot be, if so */
  undo: (effect: EffectDocument, because: string, at: Date) => Promise<NoUndo | null>;
  /** Ends open effects without sending them. @returns their lanes, which may continue */
  skip: (
    filter: EffectFilter,
    because: string,
    at: Date,
  ) => Promise<Pick<EffectDocument, 'destination' | 'order' | 'topic'>[]>;
}

/** What an operator has to decide, what waits for its next attempt, and what was skipped. */
const REPLAYABLE = ['parked', 'in_doubt', 'failing', 'skipped'];
/** Their ids are far below MongoDB's 16 MB per command. */
const CHANGED_AT_ONCE = 1000;
/** Of one effect; far more than handlers have. */
const MOST_STEPS = 10_000;
const LANE = { _id: 1, destination: 1, order: 1, topic: 1 } as const;

export function createEffectActs({
  effects,
  handlerSteps,
}: Pick<Collections, 'effects' | 'handlerSteps'>): EffectActs {
  const replayable = (filter: EffectFilter) => ({
    $and: [
      conditionsOf(filter),
      { state: { $in: isForDone(filter) ? [...REPLAYABLE, 'done'] : REPLAYABLE } },
    ],
  });
  const skippable = (filter: EffectFilter) => ({ $and: [conditionsOf(filter), { open: true }] });
  const change = async (
    conditions: object,
    update: object,
    before: (ids: readonly string[]) => Promise<void>,
  ) => {
    const changed: EffectDocument[] = [];
    // What was changed no longer meets the conditions.
    for (;;) {
      const found = await effects.find(conditions, LANE).limit(CHANGED_AT_ONCE).lean<EffectDocument[]>();
      if (found.length === 0) return changed;
      const ofHandlers = found.filter(({ destination }) => destination.startsWith(HANDLER_PREFIX));
      await before(ofHandlers.map(({ _id }) => _id));
      // The conditions once more: a publisher may have ended one meanwhile.
      const ids = found.map(({ _id }) => _id);
      await effects.updateMany({ $and: [{ _id: { $in: ids } }, conditions] }, update);
      changed.push(...found);
    }
  };
  return {
    list: async (filter, after, limit) =>
      await effects
        .find({ $and: [conditionsOf(filter), rangeAfter(after)] }, { body: 0 })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit)
        .lean<EffectDocument[]>(),
    ofOrder: async (order, limit) => {
      const newest = await effects
        .find({ order: String(order) }, { body: 0 })
        .sort({ version: -1, index: -1, _id: -1 })
        .limit(limit)
        .lean<EffectDocument[]>();
      return newest.toReversed();
    },
    one: async (id) => await effects.findById(String(id)).lean<EffectDocument>(),
    stepsOf: (id) => stepsWithoutResults({ handlerSteps }, [id], MOST_STEPS),
    countReplayable: (filter) => effects.countDocuments(replayable(filter)),
    countSkippable: (filter) => effects.countDocuments(skippable(filter)),
    replay: (filter, at) =>
      change(replayable(filter), replayed(at), (ids) => reopenSteps({ handlerSteps }, ids)),
    undo: (effect, because, at) => askForUndo({ effects, handlerSteps }, effect, because, at),
    skip: (filter, because, at) =>
      change(skippable(filter), skipped(because, at), (ids) => endSteps({ handlerSteps }, ids, at)),
  };
}

function replayed(dueAt: Date): object {
  const open = { state: 'waiting', open: true, failures: 0, dueAt, isAsked: true };
  return { $set: { ...open, sentAt: null, because: null, doneAt: null, replayedAt: dueAt } };
}

function skipped(because: string, doneAt: Date): object {
  return {
    $set: { state: 'skipped', because, doneAt, dueAt: null, sentAt: null },
    $unset: { open: true },
  };
}

/** What is done is sent again only if it is asked for by its id or its state. */
function isForDone({ ids, state }: EffectFilter): boolean {
  return ids !== undefined || state === 'done';
}

function conditionsOf({ ids, ...fields }: EffectFilter): object {
  return { ...equals({ _id: ids, ...fields }) };
}

function rangeAfter(mark: EffectMark | null): object {
  if (!mark) return {};
  return { $or: [{ createdAt: { $lt: mark.at } }, { createdAt: mark.at, _id: { $lt: mark.id } }] };
}
