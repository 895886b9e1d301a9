import type { ReconcileDocument } from '../../persist/reconcile-schema.ts';
import type { Reconcile } from '../shapes/reconcile.ts';

export function reconcileView(record: ReconcileDocument): Reconcile {
  const { shop, how, dryRun, who, reason, state, checked, missing, stale, points } = record;
  const { differs, stuck, gone, repaired } = record;
  const text = (at: Date | null | undefined) => at?.toISOString() ?? null;
  return {
    id: record._id,
    shop,
    how,
    dryRun,
    who,
    reason,
    state,
    checked,
    missing,
    stale,
    differs,
    stuck,
    gone,
    repaired,
    points,
    since: text(record.since),
    until: record.until.toISOString(),
    askedAt: record.askedAt.toISOString(),
    startedAt: text(record.startedAt),
    endedAt: text(record.endedAt),
    found: record.found.map(({ order, what, updatedAt, heldAt, facts }) => ({
      order,
      what,
      updatedAt: text(updatedAt),
      heldAt: text(heldAt),
      facts,
    })),
    because: record.because ?? null,
  };
}
