import type { OrderKey } from '../../order/identity.ts';
import type { AuditDocument } from '../../persist/audit-schema.ts';
import type { Collections } from '../../persist/collections.ts';
import type { ParkedDocument } from '../../persist/parked-schema.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import type { Action, AuditEntry } from '../shapes/audit.ts';

/** How many actions are shown for one order, and how many of its newest events are searched for actions. */
const ACTS_SHOWN = 200;
const EVENTS_ASKED = 500;

/**
 * What people did to an order and its events, oldest first. Includes actions on many events at once: each event is
 * marked with the numbers of these actions. An action on many events may also concern other shops: a caller who may see
 * only some shops does not see it.
 */
export async function actsOn(
  { audit, parked }: Pick<Collections, 'audit' | 'parked'>,
  order: OrderKey,
  events: readonly string[],
  bounds: ShopBounds,
): Promise<AuditEntry[]> {
  const asked = events.slice(-EVENTS_ASKED);
  const marked = await parked.find({ _id: { $in: asked } }, { replay: 1, acts: 1 }).lean<ActionMark[]>();
  const replays = marked.flatMap(({ replay }) => (replay === undefined ? [] : [`replay ${replay}`]));
  const numbers = marked.flatMap(({ acts }) => acts ?? []);
  const newest = (filter: object) =>
    audit.find(filter).sort({ _id: -1 }).limit(ACTS_SHOWN).lean<AuditDocument[]>();
  const [named, numbered] = await Promise.all([
    newest({ target: { $in: [order, ...asked, ...(bounds ? [] : replays)] } }),
    bounds || numbers.length === 0 ? [] : newest({ _id: { $in: numbers } }),
  ]);
  const acts = new Map([...named, ...numbered].map((act) => [act._id, act]));
  const inOrder = [...acts.values()].toSorted((a, b) => a._id - b._id);
  return inOrder.slice(-ACTS_SHOWN).map(actView);
}

type ActionMark = Pick<ParkedDocument, 'replay' | 'acts'>;

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
