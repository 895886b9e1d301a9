import type { OrderKey } from '../../order/identity.ts';
import type { AuditDocument } from '../../persist/audit-schema.ts';
import type { Collections } from '../../persist/collections.ts';
import type { ParkedDocument } from '../../persist/parked-schema.ts';
import type { Action, AuditEntry } from '../shapes/audit.ts';

/** Acts shown of one order, and its newest events that are asked about. */
const ACTS_SHOWN = 200;
const EVENTS_ASKED = 500;
/** Between the begin of a discard and what it wrote. */
const NEAR_MS = 60_000;

/**
 * What people did to an order and its events, oldest first: also where they did it to many at once, by the
 * replay or the discard that its events are marked with.
 */
export async function actsOn(
  { audit, parked }: Pick<Collections, 'audit' | 'parked'>,
  order: OrderKey,
  events: readonly string[],
): Promise<AuditEntry[]> {
  const asked = events.slice(-EVENTS_ASKED);
  const marked = await parked
    .find(
      { _id: { $in: asked }, $or: [{ replay: { $exists: true } }, { discardedAs: { $exists: true } }] },
      { replay: 1, discardedAs: 1, discardedAt: 1 },
    )
    .lean<Pick<ParkedDocument, 'replay' | 'discardedAs' | 'discardedAt'>[]>();
  const replays = marked.flatMap(({ replay }) => (replay === undefined ? [] : [`replay ${replay}`]));
  const own = new Set([order, ...asked, ...replays]);
  const discards = new Set(marked.flatMap(({ discardedAs }) => discardedAs ?? []));
  const acts = await audit
    .find({ target: { $in: [...own, ...discards] } })
    .sort({ _id: -1 })
    .limit(ACTS_SHOWN)
    .lean<AuditDocument[]>();
  // Another discard with the same filter is not this order's.
  const isOurs = ({ target, at }: AuditDocument) =>
    own.has(target) ||
    marked.some(
      ({ discardedAs, discardedAt }) =>
        discardedAs === target && Math.abs(at.getTime() - (discardedAt?.getTime() ?? 0)) < NEAR_MS,
    );
  return acts.filter(isOurs).toReversed().map(actView);
}

export function actView({
  _id,
  at,
  who,
  role,
  action,
  target,
  reason,
  outcome,
  detail,
}: AuditDocument): AuditEntry {
  return {
    number: _id,
    at: at.toISOString(),
    who,
    role,
    action: action as Action,
    target,
    reason: reason ?? null,
    outcome,
    detail: detail ?? null,
  };
}
