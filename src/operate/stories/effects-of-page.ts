import type { OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import { HANDLER_PREFIX } from '../../persist/destination-schema.ts';
import { stepsWithoutResults } from '../../persist/handler-step-store.ts';
import type { Timeline } from '../shapes/events.ts';
import { effectRow, stepRow, type ShownEffect } from './effect-views.ts';

/** The part of an order's history that a page has: the sequences of its events. */
export interface Span {
  /** Null: from the first event on. */
  from: number | null;
  /** Null: to the newest event, with what has no event: messages of handlers, and changes of Lockstep itself. */
  to: number | null;
}

/**
 * How much one page has. A usual order has a few dozen events and a few destinations; ten destinations and 200 events on
 * a page are 2,000 effects.
 */
const MOST_EFFECTS = 2000;
const MOST_STEPS = 5000;

type Found = Pick<Timeline, 'effects' | 'effectsLeftOut'>;

/**
 * What the events of a page set off, in sequence, and what handlers have done for it. The newest ones, if there are too
 * many. Read by the index of the order, from its newest change back.
 */
export async function effectsOfPage(
  { effects, handlerSteps }: Pick<Collections, 'effects' | 'handlerSteps'>,
  order: OrderKey,
  span: Span,
  now: number,
): Promise<Found> {
  const found = await effects
    .find({ order: String(order), ...within(span) }, { before: 0, after: 0, body: 0, wrote: 0 })
    .sort({ version: -1, index: -1 })
    .limit(MOST_EFFECTS + 1)
    .lean<ShownEffect[]>();
  const shown = found.slice(0, MOST_EFFECTS).toSorted(inSequence);
  const ofHandlers = shown.filter(({ destination }) => destination.startsWith(HANDLER_PREFIX));
  const ids = ofHandlers.map(({ _id }) => _id);
  const steps = ids.length === 0 ? [] : await stepsWithoutResults({ handlerSteps }, ids, MOST_STEPS + 1);
  const perEffect = Map.groupBy(steps.slice(0, MOST_STEPS), ({ effect }) => effect);
  return {
    effects: shown.map((effect) => ({
      ...effectRow(effect),
      steps: (perEffect.get(effect._id) ?? []).map((step) => stepRow(step, now)),
    })),
    effectsLeftOut: found.length > MOST_EFFECTS || steps.length > MOST_STEPS,
  };
}

function within({ from, to }: Span): object {
  if (from === null && to === null) return {};
  const sequence = { ...(from !== null && { $gte: from }), ...(to !== null && { $lte: to }) };
  return to === null ? { $or: [{ sequence }, { sequence: null }] } : { sequence };
}

function inSequence(a: ShownEffect, b: ShownEffect): number {
  return a.version - b.version || a.index - b.index || a.destination.localeCompare(b.destination);
}
