import type { Backfill, DestinationDocument } from '../../persist/destination-schema.ts';
import type { DestinationPhase } from '../../system/states.ts';
import { SENDING_PHASES } from '../destination-phase.ts';
import { invalidField } from '../refusal.ts';
import type { BackfillShown } from '../shapes/destinations.ts';

/** @throws Refusal */
export function refuseFuture(from: Date | null | undefined, now: number): void {
  if (from && from.getTime() > now) throw invalidField('from', 'is in the future');
}

export function historyFrom(from: Date | null): string {
  return from ? `the changes since ${from.toISOString()}` : 'all changes from the beginning';
}

/** How long a backfill must have run before its pace says something. */
const PACE_AFTER_MS = 5000;

export function shownBackfill(
  { backfill }: Pick<DestinationDocument, 'backfill'>,
  phase: DestinationPhase,
  now: number,
): BackfillShown | null {
  if (!backfill) return null;
  const { from, since, orders, about, effects, endedAt } = backfill;
  return {
    from: from?.toISOString() ?? null,
    since: since.toISOString(),
    orders,
    about,
    effects,
    endsAt: SENDING_PHASES.has(phase) ? endOf(backfill, now) : null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** By its pace so far. Null: not known. */
function endOf({ since, orders, about, endedAt, movedAt }: Backfill, now: number): string | null {
  if (endedAt || about === null || movedAt === null || orders === 0) return null;
  const tookMs = movedAt.getTime() - since.getTime();
  if (tookMs < PACE_AFTER_MS) return null;
  return new Date(now + (Math.max(0, about - orders) * tookMs) / orders).toISOString();
}
