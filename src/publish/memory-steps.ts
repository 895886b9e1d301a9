import type { HandlerStepDocument } from '../persist/handler-step-schema.ts';
import type { HandlerStepStore } from '../persist/handler-step-store.ts';

/** The steps of handlers without a server, for tests of handlers. There are no replays, so there is one round. */
export function memorySteps(now: () => number): HandlerStepStore & { all: HandlerStepDocument[] } {
  const all: HandlerStepDocument[] = [];
  const find = (effect: string, name: string) =>
    all.find((each) => each.effect === effect && each.name === name);
  return {
    all,
    of: (effect) => {
      const own = all.filter((each) => each.effect === effect);
      const kept = own.filter(({ kind }) => kind !== 'undo');
      return Promise.resolve({ round: 0, kept, undo: own.find(({ kind }) => kind === 'undo') ?? null });
    },
    keep: ({ _id: effect, order }, step) => {
      const known = find(effect, step.name);
      const keptAt = new Date(now());
      if (!known) all.push({ _id: step.name, effect, order, ...step, undoneAt: null, keptAt, endedAt: null });
      return Promise.resolve((known ?? step).result);
    },
    keepUndone: (effect, _round, name) => {
      const known = find(effect, name);
      if (known) known.undoneAt ??= new Date(now());
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
  };
}
