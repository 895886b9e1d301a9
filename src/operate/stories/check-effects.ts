import type { Statuses } from '../../order/commit-record.ts';
import { setsOff } from '../../order/effects.ts';
import { trustedEventId, type OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { EffectDocument } from '../../persist/effect-schema.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import type { EffectProblem, VerifiedEffects } from '../shapes/verify.ts';

/** Programs' clocks may differ by this much. */
const CLOCKS_MS = 60_000;
/** Publishers' clocks, at effects of one lane. */
const LANE_CLOCKS_MS = 1000;
/** A change should be an effect within this time. */
const ROUTED_WITHIN_MS = 60_000;
const SHOWN = 20;

type Event = Pick<EventDocument, '_id' | 'order' | 'shop' | 'topic' | 'outcome' | 'appliedAt'>;
type Effect = Pick<
  EffectDocument,
  | '_id'
  | 'destination'
  | 'order'
  | 'event'
  | 'topic'
  | 'version'
  | 'index'
  | 'state'
  | 'open'
  | 'createdAt'
  | 'doneAt'
  | 'replayedAt'
  | 'hasBody'
>;
type Used = Pick<Collections, 'destinations' | 'effects' | 'events' | 'orders' | 'routed' | 'changes'>;

export const NO_EFFECTS: VerifiedEffects = {
  checked: 0,
  missing: 0,
  twice: 0,
  outOfSequence: 0,
  stuck: 0,
  wrong: [],
};

/** The destinations, and up to which time changes must be effects. */
export interface EffectBounds {
  destinations: DestinationDocument[];
  /** Milliseconds since 1970: changes in between are checked. */
  after: number;
  before: number;
}

/** Read before the orders, so that what is added meanwhile counts as new. */
export async function effectBounds(
  { destinations, routed, changes }: Used,
  retentionDays: number,
  now = Date.now(),
): Promise<EffectBounds> {
  const all = await destinations.find().lean<DestinationDocument[]>();
  const position = await routed.findById('effects').lean();
  const next =
    position &&
    (await changes
      .findOne({ _id: { $gt: position.block } }, { at: 1 })
      .sort({ _id: 1 })
      .lean());
  // Blocks that are not routed yet: their changes have no effects, and those before them have.
  const routedAt = position ? (next?.at.getTime() ?? now) : 0;
  return {
    destinations: all,
    // An effect expires after its event, and never earlier than this.
    after: now - retentionDays * 86_400_000 + CLOCKS_MS,
    before: Math.min(now, routedAt) - ROUTED_WITHIN_MS,
  };
}

/**
 * Compares the effects of orders with their journals (P9): every applied event has its effect at each destination that
 * wants it, none has two, those of a lane ended in sequence, and each has ended or will be sent.
 */
export async function checkEffects(
  { effects, events, orders }: Used,
  keys: readonly OrderKey[],
  bounds: EffectBounds,
): Promise<VerifiedEffects> {
  if (bounds.destinations.length === 0) return NO_EFFECTS;
  const of = { $in: keys.map(String) };
  const found = await effects
    .find({ order: of }, EFFECT_FIELDS)
    .sort({ order: 1, version: 1, index: 1 })
    .lean<Effect[]>();
  const journal = await events.find({ order: of, sequence: { $gt: 0 } }, EVENT_FIELDS).lean<Event[]>();
  const documents = await orders
    .find({ _id: of }, { statusHistory: 1 })
    .lean<Pick<OrderDocument, '_id' | 'statusHistory'>[]>();
  const moves = new Map(documents.flatMap(historyOf).map((move) => [move.event, move.status]));
  const problems = bounds.destinations.flatMap((destination) => {
    const its = found.filter((effect) => isOf(effect, destination));
    return [
      ...missingAt(destination, its, journal, moves, bounds),
      ...twiceIn(its),
      ...inversionsIn(destination, its),
      ...stuckIn(its),
    ];
  });
  const count = (what: EffectProblem['what']) => problems.filter((problem) => problem.what === what).length;
  return {
    checked: found.length,
    missing: count('missing'),
    twice: count('twice'),
    outOfSequence: count('outOfSequence'),
    stuck: count('stuck'),
    wrong: problems.slice(0, SHOWN),
  };
}

const EFFECT_FIELDS = {
  destination: 1,
  order: 1,
  event: 1,
  topic: 1,
  version: 1,
  index: 1,
  state: 1,
  open: 1,
  createdAt: 1,
  doneAt: 1,
  replayedAt: 1,
  hasBody: 1,
} as const;
const EVENT_FIELDS = { order: 1, shop: 1, topic: 1, outcome: 1, appliedAt: 1 } as const;

/** Not of one with the same name that was deleted; and not what a handler set off. */
function isOf(effect: Effect, { _id, createdAt }: DestinationDocument): boolean {
  return effect.destination === _id && effect.createdAt >= createdAt && !effect.hasBody;
}

function missingAt(
  destination: DestinationDocument,
  effects: readonly Effect[],
  journal: readonly Event[],
  moves: ReadonlyMap<string, string>,
  { after, before }: EffectBounds,
): EffectProblem[] {
  const known = new Set<string | null>(effects.map(({ event }) => event));
  // Its newest state stands for what is older.
  const replaced = new Map(
    effects.flatMap(({ topic, order, createdAt }) =>
      topic === 'lockstep/backfilled' ? [[order, createdAt.getTime()] as const] : [],
    ),
  );
  const since = Math.max(after, wantedSince(destination));
  const end = Math.min(before, wantedBefore(destination));
  return journal
    .filter(({ appliedAt }) => appliedAt.getTime() > since && appliedAt.getTime() < end)
    .filter(({ order, appliedAt }) => appliedAt.getTime() > (replaced.get(order) ?? -Infinity))
    .filter((event) => !known.has(event._id) && isWanted(destination, event, moves))
    .map(({ _id, order }) => ({
      what: 'missing',
      destination: destination._id,
      order,
      event: _id,
      effect: null,
    }));
}

/** Since when every change that a destination wants is an effect. */
function wantedSince({ createdAt, changedAt, rulesSince, backfill }: DestinationDocument): number {
  const rules = (rulesSince ?? changedAt).getTime();
  if (rules > createdAt.getTime()) return rules + CLOCKS_MS;
  const isOfNew = backfill?.since.getTime() === createdAt.getTime() && backfill.endedAt !== null;
  return isOfNew ? (backfill.from?.getTime() ?? 0) : createdAt.getTime() + CLOCKS_MS;
}

/** Until when it wants changes. */
function wantedBefore({ until }: DestinationDocument): number {
  return until ? until.getTime() - CLOCKS_MS : Infinity;
}

function isWanted(
  destination: DestinationDocument,
  { _id, shop, topic, outcome }: Event,
  moves: ReadonlyMap<string, string>,
): boolean {
  if (outcome === 'parked') return false;
  const status = moves.get(_id);
  const after = { status: status ?? 'created', financialStatus: null, fulfillmentStatus: null } as Statuses;
  const before = status === undefined ? after : null;
  const change = { event: trustedEventId(_id), topic, sequence: 1, outcome, occurredAt: 0, before, after };
  return setsOff(destination, shop, change);
}

function twiceIn(effects: readonly Effect[]): EffectProblem[] {
  const byEvent = Map.groupBy(
    effects.filter(({ event }) => event !== null),
    ({ order, event }) => `${order} ${event}`,
  );
  return [...byEvent.values()].flatMap(([, ...more]) => more.map((effect) => problemOf('twice', effect)));
}

/** A handler that sleeps lets later effects pass, and an operator may send one again. */
function inversionsIn({ kind }: DestinationDocument, effects: readonly Effect[]): EffectProblem[] {
  if (kind === 'handler') return [];
  const last = new Map<string, number>();
  return effects.flatMap((effect) => {
    const { order, state, doneAt, replayedAt } = effect;
    if (state !== 'done' || !doneAt || replayedAt) return [];
    const at = doneAt.getTime();
    const before = last.get(order) ?? -Infinity;
    last.set(order, Math.max(at, before));
    return at < before - LANE_CLOCKS_MS ? [problemOf('outOfSequence', effect)] : [];
  });
}

/** A lane has the effects that are open. */
function stuckIn(effects: readonly Effect[]): EffectProblem[] {
  const isEnded = ({ state }: Effect) => state === 'done' || state === 'skipped';
  return effects.flatMap((effect) =>
    isEnded(effect) === (effect.open === true) ? [problemOf('stuck', effect)] : [],
  );
}

function problemOf(
  what: EffectProblem['what'],
  { destination, order, event, _id: effect }: Effect,
): EffectProblem {
  return { what, destination, order, event, effect };
}

/** A damaged order is named elsewhere, and does not end the check. */
function historyOf({ statusHistory }: Pick<OrderDocument, 'statusHistory'>): OrderDocument['statusHistory'] {
  const history: unknown = statusHistory;
  return Array.isArray(history) ? statusHistory : [];
}
