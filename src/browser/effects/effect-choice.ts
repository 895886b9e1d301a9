import type { EffectRow } from '../../operate/shapes/effects.ts';
import { MOST_CHOSEN } from '../tables/most-chosen.ts';

export type EffectAct = 'replay' | 'skip';

/** Effects to replay or skip, for the server and in words. */
export interface EffectChoice {
  act: EffectAct;
  which: { ids: string[] } | { filter: Partial<EffectFilter> };
  words: string;
}

interface EffectFilter {
  destination: string;
  order: string;
  state: string;
}

/** What can be done to an effect in each state. Those that are done can be sent again one by one. */
export const ACTS: Record<EffectRow['state'], readonly EffectAct[]> = {
  waiting: ['skip'],
  running: ['skip'],
  sleeping: ['skip'],
  done: ['replay'],
  failing: ['replay', 'skip'],
  in_doubt: ['replay', 'skip'],
  parked: ['replay', 'skip'],
  skipped: ['replay'],
};

export function theseEffects(act: EffectAct, ids: readonly string[]): EffectChoice {
  const words = ids.length === 1 ? 'this effect' : `the ${ids.length} selected effects`;
  return { act, which: { ids: ids.slice(0, MOST_CHOSEN) }, words };
}

/** Empty fields do not filter. Null: no field filters, and the server requires one. */
export function effectsLike(act: EffectAct, fields: EffectFilter): EffectChoice | null {
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  if (given.length === 0) return null;
  const named = given.map(([name, value]) => `${name} “${value}”`);
  return { act, which: { filter: Object.fromEntries(given) }, words: `all effects with ${named.join(', ')}` };
}

/** The address of the list with these filters. */
export function effectsPage(filter: Partial<EffectFilter>): string {
  return `/effects?${new URLSearchParams(filter).toString()}`;
}
