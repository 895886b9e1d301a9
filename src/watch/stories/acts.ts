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
 * What people did to an order and its events, oldest first: also where they did it to many at once, by the numbers
 * of the acts that its events are marked with.
 */
export async function actsOn(
  { audit, parked }: Pick<Collections, 'audit' | 'parked'>,
  order: OrderKey,
  events: readonly string[],
): Promise<AuditEntry[]> {
  const asked = events.slice(-EVENTS_ASKED);
  const marked = await parked
    .find({ _id: { $in: asked } }, { replay: 1, discardedAs: 1, discardedAt: 1, acts: 1 })
    .lean<Mark[]>();
  const replays = marked.flatMap(({ replay }) => (replay === undefined ? [] : [`replay ${replay}`]));
  const own = new Set([order, ...asked, ...replays]);
  const numbers = marked.flatMap(({ acts }) => acts ?? []);
  // Before acts were kept, a discard was known by its words and its time.
  const older = marked.filter(({ acts, discardedAs }) => acts === undefined && discardedAs !== undefined);
  const targets = [...own, ...older.flatMap(({ discardedAs }) => discardedAs ?? [])];
  const newest = (filter: object) =>
    audit.find(filter).sort({ _id: -1 }).limit(ACTS_SHOWN).lean<AuditDocument[]>();
  const [named, numbered] = await Promise.all([
    newest({ target: { $in: targets } }),
    numbers.length === 0 ? [] : newest({ _id: { $in: numbers } }),
  ]);
  const isOurs = (act: AuditDocument) => own.has(act.target) || older.some((mark) => isDiscardOf(mark, act));
  const acts = new Map([...named.filter(isOurs), ...numbered].map((act) => [act._id, act]));
  const inOrder = [...acts.values()].toSorted((a, b) => a._id - b._id);
  return inOrder.slice(-ACTS_SHOWN).map(actView);
}

type Mark = Pick<ParkedDocument, 'replay' | 'discardedAs' | 'discardedAt' | 'acts'>;

/** Another discard with the same filter is not this event's. */
function isDiscardOf({ discardedAs, discardedAt }: Mark, { target, at }: AuditDocument): boolean {
  return discardedAs === target && Math.abs(at.getTime() - (discardedAt?.getTime() ?? 0)) < NEAR_MS;
}

export function actView({
  _id,
  at,
  who,
  role,
  action,
  target,
  reason,
  token,
  root,
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
    token: token ?? null,
    root: root ?? null,
    outcome,
    detail: detail ?? null,
  };
}
