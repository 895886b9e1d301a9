import { trustedEventId, type EventId } from '../../src/order/identity.ts';
import type { Collections } from '../../src/persist/collections.ts';

/** A message as the other side got it. */
export interface Arrived {
  id: string;
  /** The order and the sequence in it, as the message says. */
  order: string;
  sequence: number;
}

/** What an audit of effects counts; all must be 0. */
export interface EffectProof {
  /** Changes without an effect, or whose message never arrived. */
  missing: number;
  /** Changes with two effects. */
  twice: number;
  /** Messages that arrived first after a later one of their order. */
  inversions: number;
  /** Effects that have not ended. */
  open: number;
}

/**
 * Compares the journal with what arrived at a destination. A message may arrive again with the same id; it counts where
 * it arrived first.
 * @param shop if the destination gets only its messages
 */
export async function proveEffects(
  { events, effects }: Pick<Collections, 'events' | 'effects'>,
  destination: string,
  arrived: readonly Arrived[],
  shop: string | null = null,
): Promise<EffectProof> {
  const changes = { outcome: { $in: ['applied' as const, 'late' as const] }, ...(shop !== null && { shop }) };
  const news = await events.find(changes, { payload: 0 }).lean();
  const made = await effects.find({ destination }).lean();
  const byEvent = Map.groupBy(made, ({ event }) => event);
  const ids = new Set(arrived.map(({ id }) => id));
  const isMissing = (event: EventId) => !byEvent.get(event)?.some(({ _id }) => ids.has(_id));
  return {
    missing: news.filter(({ _id }) => isMissing(trustedEventId(_id))).length,
    twice: [...byEvent.values()].filter((same) => same.length > 1).length,
    inversions: inversionsIn(arrived),
    open: made.filter(({ open }) => open).length,
  };
}

function inversionsIn(arrived: readonly Arrived[]): number {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  let inversions = 0;
  for (const { id, order, sequence } of arrived) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (sequence < (last.get(order) ?? 0)) inversions += 1;
    last.set(order, Math.max(sequence, last.get(order) ?? 0));
  }
  return inversions;
}
