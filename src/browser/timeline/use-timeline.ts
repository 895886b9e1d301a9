import { useMemo } from 'react';
import type { Timeline } from '../../operate/shapes/events.ts';
import type { Params } from '../client/api.ts';
import type { Watching } from '../client/use-api.ts';
import { useCursorPages, type CursorPages } from '../client/use-cursor-pages.ts';

type OrderHistory = Omit<CursorPages<Timeline>, 'pages'> & {
  /** All pages loaded so far, as one. */
  timeline: Timeline | undefined;
};

/** An order's history, page by page from the newest back. */
export function useTimeline(place: string, params: Params, watching: Watching): OrderHistory {
  const { pages, ...state } = useCursorPages<Timeline>(place, params, watching);
  const timeline = useMemo(() => joined(pages), [pages]);
  return { ...state, timeline };
}

/** Everything else comes from the newest page. */
function joined(pages: readonly Timeline[]): Timeline | undefined {
  const [newest] = pages;
  const oldest = pages.at(-1);
  if (!newest || !oldest) return undefined;
  const perNumber = new Map(pages.flatMap(({ acts }) => acts).map((act) => [act.number, act]));
  return {
    ...newest,
    entries: pages.toReversed().flatMap(({ entries }) => entries),
    acts: [...perNumber.values()].toSorted((a, b) => a.number - b.number),
    effects: pages.toReversed().flatMap(({ effects }) => effects),
    effectsLeftOut: pages.some(({ effectsLeftOut }) => effectsLeftOut),
    leftOut: oldest.leftOut,
    cursor: oldest.cursor,
  };
}
