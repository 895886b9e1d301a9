import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { EffectDocument } from './effect-schema.ts';
import type { HandlerStepDocument } from './handler-step-schema.ts';
import type { OrderKeys } from './redaction.ts';

/** What a handler has done for an effect. */
export interface EffectSteps {
  round: number;
  /** In the sequence in which they were kept. */
  kept: HandlerStepDocument[];
  /** The decision to undo them, if it was made. */
  undo: HandlerStepDocument | null;
}

type Effect = Pick<EffectDocument, '_id' | 'order'>;
export type StepFields = Pick<
  HandlerStepDocument,
  'round' | 'number' | 'name' | 'kind' | 'result' | 'canUndo' | 'version'
>;

/** The steps of handlers. Every write may be repeated, and the first one counts: a late publisher changes nothing. */
export interface HandlerStepStore {
  of: (effect: string) => Promise<EffectSteps>;
  /** @returns the result that is kept */
  keep: (effect: Effect, step: StepFields) => Promise<string | null>;
  keepUndone: (effect: string, round: number, name: string) => Promise<void>;
  /** The effect ends: its steps expire with it. */
  end: (effect: string) => Promise<void>;
}

/** The name of the decision; a step cannot have it, because a step's name is not empty. */
export const UNDO = '';

export function createHandlerStepStore(
  { handlerSteps }: Pick<Collections, 'handlerSteps'>,
  now: () => number,
): HandlerStepStore {
  return {
    of: async (effect) => {
      const all = await handlerSteps
        .find({ effect: String(effect) })
        .sort({ round: 1, number: 1 })
        .readConcern('majority')
        .lean<HandlerStepDocument[]>();
      const round = all.filter(({ kind, isOver }) => kind === 'undo' && isOver).length;
      const current = all.filter((each) => each.round === round);
      return {
        round,
        kept: current.filter(({ kind }) => kind !== 'undo'),
        undo: current.find(({ kind }) => kind === 'undo') ?? null,
      };
    },
    keep: async (effect, step) => {
      const _id = idOf(effect._id, step.round, step.name);
      const document: HandlerStepDocument = {
        _id,
        effect: effect._id,
        order: effect.order,
        ...step,
        undoneAt: null,
        keptAt: new Date(now()),
        endedAt: null,
      };
      try {
        await handlerSteps.create(document);
        return step.result;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const kept = await handlerSteps.findById(_id).lean<HandlerStepDocument>();
        return kept?.result ?? null;
      }
    },
    keepUndone: async (effect, round, name) => {
      await handlerSteps.updateOne(
        { _id: idOf(effect, round, name), undoneAt: null },
        { $set: { undoneAt: new Date(now()) } },
      );
    },
    end: (effect) => endSteps({ handlerSteps }, [effect], new Date(now())),
  };
}

/**
 * The steps of all rounds, in sequence, as operators see them: results may have personal data, so they are null. What is left
 * is the end of a sleep, and why steps were undone.
 */
export async function stepsWithoutResults(
  { handlerSteps }: Pick<Collections, 'handlerSteps'>,
  effects: readonly string[],
  most: number,
): Promise<HandlerStepDocument[]> {
  const ownResult = { $cond: [{ $in: ['$kind', ['sleep', 'undo']] }, '$result', null] };
  return await handlerSteps.aggregate<HandlerStepDocument>([
    { $match: { effect: { $in: effects.map(String) } } },
    { $sort: { effect: 1, round: 1, number: 1 } },
    { $limit: most },
    { $set: { result: ownResult } },
  ]);
}

/**
 * Empties the results of steps, which may have personal data: not what Lockstep itself wrote, such as times and ids. A handler that runs again gets null for them.
 * @returns how many
 */
export async function redactSteps(
  { handlerSteps }: Pick<Collections, 'handlerSteps'>,
  orders: OrderKeys,
): Promise<number> {
  const withResult = {
    order: orders,
    kind: { $nin: ['sleep' as const, 'effect' as const, 'undo' as const] },
    result: { $ne: null },
  };
  return (await handlerSteps.updateMany(withResult, { $set: { result: null } })).modifiedCount;
}

/** These effects have ended. */
export async function endSteps(
  { handlerSteps }: Pick<Collections, 'handlerSteps'>,
  effects: readonly string[],
  at: Date,
): Promise<void> {
  if (effects.length === 0) return;
  await handlerSteps.updateMany({ effect: { $in: [...effects] } }, { $set: { endedAt: at } });
}

/** These effects are replayed: those whose steps were all undone begin with new steps, the others with what is kept. */
export async function reopenSteps(
  { handlerSteps }: Pick<Collections, 'handlerSteps'>,
  effects: readonly string[],
): Promise<void> {
  if (effects.length === 0) return;
  const ids = { effect: { $in: [...effects] } };
  await handlerSteps.updateMany(
    { ...ids, kind: 'undo', undoneAt: { $ne: null } },
    { $set: { isOver: true } },
  );
  await handlerSteps.updateMany({ ...ids, endedAt: { $ne: null } }, { $set: { endedAt: null } });
}

function idOf(effect: string, round: number, name: string): string {
  return `${effect}/${round}/${name}`;
}
