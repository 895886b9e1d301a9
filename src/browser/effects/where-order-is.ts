import type { EffectRow } from '../../operate/shapes/effects.ts';

/** How far an order's effects have come at one destination. */
export interface OrderAtDestination {
  destination: string;
  /** The newest that is done. */
  done: EffectRow | null;
  /** The newest that was skipped, if none after it is done. */
  skipped: EffectRow | null;
  /** Those that are not done or skipped, in sequence: the first one is what the others wait for. */
  open: EffectRow[];
}

const ENDED: ReadonlySet<EffectRow['state']> = new Set(['done', 'skipped'] as const);

/** By destination, those with open effects first. @param effects of one order, in sequence */
export function whereOrderIs(effects: readonly EffectRow[]): OrderAtDestination[] {
  const rows = [...Map.groupBy(effects, ({ destination }) => destination)].map(([destination, its]) => {
    const ended = its.findLast(({ state }) => ENDED.has(state));
    return {
      destination,
      done: its.findLast(({ state }) => state === 'done') ?? null,
      skipped: ended?.state === 'skipped' ? ended : null,
      open: its.filter(({ state }) => !ENDED.has(state)),
    };
  });
  const rank = ({ open }: OrderAtDestination) => (open.length > 0 ? 0 : 1);
  return rows.toSorted((a, b) => rank(a) - rank(b) || a.destination.localeCompare(b.destination));
}
